/** What the agent tells of itself: an event with fields a line, as JSON, or as words on a terminal. */
import { type Fields, wordsOf } from "./words.ts";

/** Never a secret in a field. `error` means somebody must act. */
export interface Log {
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, fields?: Fields): void;
}

type Level = "info" | "warn" | "error";

/** A server key must never get here; should one, it is not printed. */
const SECRET = /srv_[0-9a-f]{16,}/gi;

const LONGEST = 300;

function clean(value: Fields[string]): Fields[string] {
  return typeof value === "string" ? value.replaceAll(SECRET, "srv_…").slice(0, LONGEST) : value;
}

/** A log that hands each finished line to `write`. `friendly`: words for a person instead of JSON. */
export function lineLog(
  write: (line: string) => void,
  options: { friendly: boolean; now: () => number },
): Log {
  const line =
    (level: Level) =>
    (event: string, fields: Fields = {}) => {
      const cleaned = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, clean(value)]));
      if (options.friendly) {
        const mark = level === "info" ? "" : `${level}: `;
        write(`${mark}${wordsOf(event, cleaned)}\n`);
      } else {
        const time = new Date(options.now()).toISOString();
        write(`${JSON.stringify({ time, level, event, ...cleaned })}\n`);
      }
    };
  return { info: line("info"), warn: line("warn"), error: line("error") };
}

/** The message of any thrown thing, with the message of its cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
