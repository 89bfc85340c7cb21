/** What an agent of the Go original replied, as an answer of ours. */
import { Fault, type FaultCode } from "@servereye/contract";
import type { OriginalItem } from "./original-asks.ts";
import type { OriginalReplied } from "./original-door.ts";

export interface OriginalAnswer {
  type: "answer" | "fault";
  payload: unknown;
}

const ERROR = "error_response";
/** Words of an agent that are kept, UTF-16 units. */
const LONGEST = 500;

/** Its codes, and other words for them, by what stands in them; the first that fits. */
const LIKE: ReadonlyArray<[RegExp, FaultCode]> = [
  [/TIME_?OUT|DEADLINE/, "COMMAND_TIMEOUT"],
  [/PERMISSION|DENIED|FORBIDDEN/, "PERMISSION_DENIED"],
  [/SENSOR|TEMPERATURE/, "SENSOR_NOT_FOUND"],
  // What it is asked is always well formed: one it calls invalid is one that its version does not know.
  [/UNSUPPORTED|NOT_(SUPPORTED|IMPLEMENTED)|(UNKNOWN|INVALID)_(COMMAND|TYPE)/, "UNSUPPORTED"],
  [/CONTAINER.*NOT_?FOUND|NO_SUCH_CONTAINER/, "CONTAINER_NOT_FOUND"],
  [/CONTAINER/, "CONTAINER_ACTION_FAILED"],
  [/DOCKER/, "DOCKER_UNAVAILABLE"],
];

/** Never throws: whatever comes is an answer or a fault. `now`: epoch ms, the hub's clock. */
export function originalAnswer(item: OriginalItem, replied: OriginalReplied, now: number): OriginalAnswer {
  try {
    if (replied.type === ERROR) throw faultOf(item, replied.payload);
    if (replied.type !== item.command.reply) {
      throw new Fault("ANSWER_INVALID", `the agent answered ${item.ask.type} with something else`);
    }
    const told = { payload: replied.payload, at: replied.at, now };
    return { type: "answer", payload: item.command.answer(told, item.ask.payload) };
  } catch (error) {
    const fault = Fault.of(error);
    // Nothing but the reply can have led to it, whatever it tripped over.
    return faultAnswer(
      fault.code === "INTERNAL" ? new Fault("ANSWER_INVALID", fault.message, { cause: error }) : fault,
    );
  }
}

export const faultAnswer = (fault: Fault): OriginalAnswer => ({ type: "fault", payload: fault.toBody() });

/** Why such an agent is not asked at all: it knows no such question. */
export const unknownToOriginals = (command: string): Fault =>
  new Fault("UNSUPPORTED", "agents of the Go original know no such command", {
    values: { command, agent: "original" },
  });

/** An error of the agent's own: the fault it comes to, in its own words. */
function faultOf({ ask }: OriginalItem, payload: unknown): Fault {
  const told = typeof payload === "object" && payload !== null ? (payload as Record<string, unknown>) : {};
  const text = (...among: unknown[]) => String(among.find((one) => typeof one === "string") ?? "");
  const words = text(told.error_message, told.message, told.error, payload);
  const code = text(told.error_code, told.code).slice(0, 64);
  const name = code.toUpperCase().replaceAll(/[ -]/g, "_");
  // Not by any code that is one of ours: that its store is away, say, is not that ours is.
  const nearest = LIKE.find(([pattern]) => pattern.test(name))?.[1] ?? "AGENT_FAILED";
  if (nearest === "UNSUPPORTED") return unknownToOriginals(ask.type);
  return new Fault(nearest, words.slice(0, LONGEST) || code);
}
