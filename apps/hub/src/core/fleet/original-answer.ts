/** What an agent of the Go original replied, as an answer of ours. */
import { Fault, FaultCode } from "@servereye/contract";
import type { OriginalItem } from "./original-asks.ts";
import type { OriginalReplied } from "./original-door.ts";

export interface OriginalAnswer {
  type: "answer" | "fault";
  payload: unknown;
}

const ERROR = "error_response";

/** Other words for faults, by what stands in them; the first that fits. */
const LIKE: ReadonlyArray<[RegExp, FaultCode]> = [
  [/TIME_?OUT|DEADLINE/, "COMMAND_TIMEOUT"],
  [/PERMISSION|DENIED|FORBIDDEN/, "PERMISSION_DENIED"],
  [/SENSOR|TEMPERATURE/, "SENSOR_NOT_FOUND"],
  [/UNSUPPORTED|NOT_(SUPPORTED|IMPLEMENTED)|UNKNOWN_(COMMAND|TYPE)/, "UNSUPPORTED"],
  [/INVALID/, "INVALID_COMMAND"],
  [/CONTAINER.*NOT_?FOUND|NO_SUCH_CONTAINER/, "CONTAINER_NOT_FOUND"],
  [/CONTAINER/, "CONTAINER_ACTION_FAILED"],
  [/DOCKER/, "DOCKER_UNAVAILABLE"],
];

/** Never throws: whatever comes is an answer or a fault. `now`: epoch ms, the hub's clock. */
export function originalAnswer(item: OriginalItem, replied: OriginalReplied, now: number): OriginalAnswer {
  try {
    if (replied.type === ERROR) throw faultOf(item, replied.payload);
    if (replied.type !== item.command.reply) {
      throw new Fault("INTERNAL", `the agent answered ${item.ask.type} with something else`);
    }
    const told = { payload: replied.payload, at: replied.at, now };
    return { type: "answer", payload: item.command.answer(told, item.ask.payload) };
  } catch (error) {
    return faultAnswer(Fault.of(error));
  }
}

export const faultAnswer = (fault: Fault): OriginalAnswer => ({ type: "fault", payload: fault.toBody() });

/** Why such an agent is not asked at all: it knows no such question. */
export const unknownToOriginals = (command: string): Fault =>
  new Fault("UNSUPPORTED", "agents of the Go original know no such command", {
    values: { command, agent: "original" },
  });

function faultOf({ ask }: OriginalItem, payload: unknown): Fault {
  const told = typeof payload === "object" && payload !== null ? (payload as Record<string, unknown>) : {};
  const said = [told.error_code, told.code].find((one) => typeof one === "string") ?? "";
  const words = [told.error_message, told.message, told.error].find((one) => typeof one === "string") ?? "";
  const code = String(said).slice(0, 64).toUpperCase().replaceAll(/[ -]/g, "_");
  const known = FaultCode.safeParse(code);
  const nearest = known.success ? known.data : LIKE.find(([pattern]) => pattern.test(code))?.[1];
  // How long it had, for the words about a timeout; what went wrong without a code is the agent's own trouble.
  const seconds = Math.round((ask.expires - ask.timestamp) / 1_000);
  return new Fault(nearest ?? "INTERNAL", String(words).slice(0, 500) || code || "the agent told no reason", {
    values: nearest === "COMMAND_TIMEOUT" ? { seconds } : {},
  });
}
