/** The closed set of ways a question or an action can fail, and the one class that carries them. */
import * as z from "zod/mini";

export const FAULT_CODES = [
  "SENSOR_NOT_FOUND",
  "PERMISSION_DENIED",
  "COMMAND_TIMEOUT",
  "INVALID_COMMAND",
  "CONTAINER_NOT_FOUND",
  "CONTAINER_ACTION_FAILED",
  "CONTAINER_CHANGED",
  "CONTAINER_PROTECTED",
  "DOCKER_UNAVAILABLE",
  "JOB_UNKNOWN",
  "IMAGE_UNAVAILABLE",
  "SERVER_OFFLINE",
  "SERVER_UNKNOWN",
  "POLICY_REFUSED",
  "CONFIRMATION_EXPIRED",
  "RATE_LIMITED",
  "STORE_UNAVAILABLE",
  "BROKER_UNAVAILABLE",
  "UNSUPPORTED",
  "NOT_ALLOWED",
  "TOKEN_INVALID",
  "NAME_INVALID",
  "PROOF_INVALID",
  "PROTOCOL_UNSUPPORTED",
  "FRAME_INVALID",
  "COMMAND_EXPIRED",
  "COMMAND_REPLAYED",
  "AGENT_BUSY",
  "AGENT_FAILED",
  "ANSWER_INVALID",
  "CHANNEL_UNREACHABLE",
  "INTERNAL",
] as const;

export const FaultCode = z.enum(FAULT_CODES);
export type FaultCode = z.infer<typeof FaultCode>;

/** A fault as it crosses a process boundary: the code, and plain values the words are made with. */
export const FaultBody = z.object({
  code: FaultCode,
  /** For logs and developers, English, never shown to a person as it is. */
  detail: z.string(),
  /** Values for the message a person reads (a sensor's path, a limit, a time in epoch ms ...). */
  values: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type FaultBody = z.infer<typeof FaultBody>;

/** The one error class of the domain. Adapters alone turn it into words or a status. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly values: Record<string, string | number>;

  constructor(
    code: FaultCode,
    detail: string,
    options: { values?: Record<string, string | number>; cause?: unknown } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "Fault";
    this.code = code;
    this.values = options.values ?? {};
  }

  /** The fault as data, without its cause: causes stay on the side where they happened. */
  toBody(): FaultBody {
    return { code: this.code, detail: this.message, values: this.values };
  }

  static fromBody(body: FaultBody): Fault {
    return new Fault(body.code, body.detail, { values: body.values });
  }

  /** Any thrown thing as a fault; what is not one already becomes INTERNAL and keeps its cause. */
  static of(error: unknown): Fault {
    if (error instanceof Fault) return error;
    return new Fault("INTERNAL", error instanceof Error ? error.message : String(error), { cause: error });
  }
}
