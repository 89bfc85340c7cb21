/** What a fault lets be known of an action: whether it may have been done all the same. */
import { Fault, type FaultCode } from "@servereye/contract";

/** What an agent says before it begins with anything. */
const NOT_BEGUN: ReadonlySet<FaultCode> = new Set([
  "POLICY_REFUSED",
  "UNSUPPORTED",
  "INVALID_COMMAND",
  "PERMISSION_DENIED",
  "COMMAND_EXPIRED",
  "AGENT_BUSY",
  "PROOF_INVALID",
  "CONTAINER_NOT_FOUND",
  "CONTAINER_CHANGED",
  "CONTAINER_PROTECTED",
]);

/** It was sent and no answer came, or none that tells: the same fault with the value `acted: "unknown"`. */
export const inDoubt = (fault: Fault): Fault =>
  new Fault(fault.code, fault.message, { values: { ...fault.values, acted: "unknown" }, cause: fault });

/**
 * An agent's own fault about an action. That it failed, or (value `begun: "no"`) that it had not begun with it, is its
 * word; anything else it says after it has begun leaves open what came of it.
 */
export const judged = (fault: Fault): Fault =>
  NOT_BEGUN.has(fault.code) || fault.code === "CONTAINER_ACTION_FAILED" || fault.values.begun === "no"
    ? fault
    : inDoubt(fault);

/** Whether what it is about may have been done. */
export const mayHaveActed = (fault: Fault): boolean => fault.values.acted === "unknown";
