/** Structured logs: one JSON line an event, secrets taken out before anything is written. */
import { renameSync, statSync } from "node:fs";
import { pino } from "pino";
import type { Log } from "../../core/ports.ts";

/** What looks like a secret of ours, wherever it stands in a text. */
const SECRETS: ReadonlyArray<[RegExp, string]> = [
  [/srv_[0-9a-fA-F]{16,64}/g, "srv_…"],
  [/\b\d{5,}:[A-Za-z0-9_-]{30,}/g, "<bot token>"],
  [/\b(setup|inv|enrol|login)_[A-Za-z0-9_-]{16,}/g, "$1_…"],
  [/((?:postgres|postgresql|redis|rediss|https?):\/\/[^\s:/@]*:)[^\s@]+@/g, "$1…@"],
];

/** Field names whose values are never written. */
const SECRET_FIELD = /token|secret|password|authorization|cookie|^key$|serverKey/i;

/** A text without secrets. */
export function redactText(text: string): string {
  let clean = text;
  for (const [pattern, instead] of SECRETS) clean = clean.replaceAll(pattern, instead);
  return clean;
}

/** Fields without secrets, three levels deep: deeper things are written as their type. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return redactText(value);
  if (value instanceof Error) return redactText(value.stack ?? value.message);
  if (value === null || typeof value !== "object") return typeof value === "bigint" ? String(value) : value;
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  if (depth >= 3) return "…";
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      SECRET_FIELD.test(name) ? "…" : redact(field, depth + 1),
    ]),
  );
}

export type LogLevel = "debug" | "info" | "warn" | "error";

/** A log file is turned over when it is larger than this; one older file is kept. */
const LARGEST_BYTES = 20 * 1_048_576;

export interface OpenLog extends Log {
  /** Writes out what is buffered. */
  flush(): void;
  /** Turns the file over when it has grown too large. Called now and then by the hub. */
  turnOver(): void;
}

/** Logs to a file, or to standard output when `file` is undefined. */
export function openLog(options: { level: LogLevel; file?: string }): OpenLog {
  const { file } = options;
  const destination = pino.destination({ dest: file ?? 1, mkdir: true, sync: false, mode: 0o640 });
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  const write =
    (level: LogLevel) =>
    (event: string, fields: Record<string, unknown> = {}) => {
      if (logger.isLevelEnabled(level))
        logger[level]({ event, ...(redact(fields) as Record<string, unknown>) });
    };
  const turnOver = () => {
    if (file === undefined || (statSync(file, { throwIfNoEntry: false })?.size ?? 0) < LARGEST_BYTES) return;
    renameSync(file, `${file}.1`);
    destination.reopen();
  };
  turnOver();
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    flush: () => {
      // Before the file is open there is nothing buffered worth an exception at exit.
      try {
        destination.flushSync();
      } catch (error) {
        if (!String(error).includes("not ready")) throw error;
      }
    },
    turnOver,
  };
}
