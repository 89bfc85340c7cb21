/** Answers as they come from the broker: parsed, checked against the server's key, and read by the command. */
import {
  Answer,
  type Command,
  Fault,
  FaultBody,
  type Verify,
  verifyAnswer,
  withoutSecrets,
} from "@servereye/contract";

/** The part of an answer that its signature vouched for. */
export type Verified = Pick<Answer, "type" | "payload">;

/** Undefined when the text is no answer message. */
export function parseAnswer(text: string): Answer | undefined {
  try {
    const parsed = Answer.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // Not JSON: as malformed as any other text that is no answer; the caller counts it.
    return undefined;
  }
}

export async function verified(verify: Verify, serverId: string, answer: Answer): Promise<boolean> {
  try {
    return await verifyAnswer(verify, serverId, answer);
  } catch {
    // A signature of the right length that the system's cryptography will not even look at is a wrong one.
    return false;
  }
}

/** The command's answer; throws the agent's Fault, or ANSWER_INVALID when the payload fits neither schema. */
export function readAnswer(command: Command, { type, payload }: Verified): unknown {
  const misfit = (cause: unknown) =>
    new Fault("ANSWER_INVALID", `the agent's ${type} to ${command.name} does not fit its schema`, {
      values: { command: command.name },
      cause,
    });
  if (type === "fault") {
    const body = FaultBody.safeParse(payload);
    throw body.success ? Fault.fromBody(bounded(body.data)) : misfit(body.error);
  }
  const answer = command.answer.safeParse(payload);
  if (!answer.success) throw misfit(answer.error);
  return answer.data;
}

/** Of an agent's fault: values told at the most, and of the texts in it as many characters. */
const MOST_VALUES = 16;
const LONGEST_TEXT = 500;
/** Values that messages take for numbers, by name. */
const NUMBERS = new Set(["since", "until", "seconds", "ms", "silent", "left", "limit", "max", "protocol"]);

/** What of an agent's fault a person may read: an agent may be anybody's, and its words stand in the hub's messages. */
function bounded({ code, detail, values }: FaultBody): FaultBody {
  // What went wrong inside the agent did not go wrong inside the hub.
  if (code === "INTERNAL") return { code: "AGENT_FAILED", detail: clean(detail), values: {} };
  const kept = Object.entries(values)
    .filter(([name, value]) => typeof value === "number" || !NUMBERS.has(name))
    .slice(0, MOST_VALUES)
    .map(([name, value]) => [name, typeof value === "string" ? clean(value) : value] as const);
  // Its own word that time ran out is not its silence.
  if (code === "COMMAND_TIMEOUT") kept.push(["by", "agent"]);
  return { code, detail: clean(detail), values: Object.fromEntries(kept) };
}

/** On one line, without what does not show or reorders the rest, and without what looks like a secret. */
const clean = (text: string): string =>
  withoutSecrets(text.slice(0, 4 * LONGEST_TEXT).toWellFormed())
    .replaceAll(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .slice(0, LONGEST_TEXT)
    .toWellFormed();
