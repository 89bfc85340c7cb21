/** The original's messages: what is asked as it is written, and replies as they are read, in any of their forms. */
import { Fault, MESSAGE_VERSION } from "@servereye/contract";
import type { HandedOut, OriginalReplied } from "../../core/fleet/original-door.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Levels of a payload; its agents' deepest has five. Some thousands more and it can not be written again. */
const DEEPEST = 64;

/** The whole message, as JSON text. Its agents read moments as RFC 3339 alone. */
export const messageText = ({ id, type, timestamp, payload }: HandedOut): string =>
  JSON.stringify({
    id,
    type,
    timestamp: new Date(timestamp).toISOString(),
    version: MESSAGE_VERSION,
    payload,
  });

/** The fields of a stream's entry: texts alone, others its agents pass over. */
export const streamValues = (handed: HandedOut): Record<string, string> => ({
  type: handed.type,
  id: handed.id,
  payload: messageText(handed),
  timestamp: new Date(handed.timestamp).toISOString(),
});

/**
 * What an agent replied, from a stream's fields or a channel's message (`{payload: message}`). `id`: the one that stood
 * in the channel's name. Fault FRAME_INVALID when it is nothing, or nested more deeply than `DEEPEST`.
 */
export function readReply(values: unknown, id?: string): OriginalReplied {
  const entry = fieldsOf(values);
  const inner = unwrapped(entry.payload);
  const message = fieldsOf(inner);
  const whole = typeof message.type === "string" && "payload" in message;
  const type = whole ? message.type : (entry.type ?? message.type);
  if (typeof type !== "string" || type === "") throw new Fault("FRAME_INVALID", "that is no message");
  const ids = [id, entry.command_id, message.command_id, message.id, entry.id].filter(
    (one): one is string => typeof one === "string" && one !== "" && one.length <= 128,
  );
  const payload = whole ? unwrapped(message.payload) : inner;
  if (!within(payload, DEEPEST)) throw new Fault("FRAME_INVALID", "the reply is nested too deeply");
  return {
    ids: [...new Set(ids)],
    type: type.slice(0, 64),
    payload,
    at: momentOf(message.timestamp) ?? momentOf(entry.timestamp),
  };
}

export const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};

function within(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((one) => within(one, levels - 1));
}

/** A text that is JSON as what it says; anything else as it is. */
function unwrapped(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    // A text that only begins like JSON is a text.
    return value;
  }
}

/** Epoch ms of RFC 3339 text, or of a number of seconds or milliseconds. Nought and what was never set are none. */
function momentOf(value: unknown): number | undefined {
  const moment =
    typeof value === "number"
      ? value < 1e11
        ? value * 1_000
        : value
      : Date.parse(typeof value === "string" ? value : "");
  return Number.isFinite(moment) && moment > 0 ? Math.round(moment) : undefined;
}
