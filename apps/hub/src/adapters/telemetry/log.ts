/** Structured logs: one JSON line an event, secrets taken out before anything is written. */
import { renameSync, statSync } from "node:fs";
import { withoutSecrets } from "@servereye/contract";
import { pino } from "pino";
import type { Log } from "../../core/ports/process.ts";

/** Field names whose values are never written. */
const SECRET_FIELD =
  /token|secret|passw|authorization|cookie|credential|^(?:seed|enrol|login|setup)$|^key$|(?:server|api|private)_?key/i;

/** Longest text written, UTF-16 units: what came from outside may be of any length. */
const LONGEST = 16_384;
/** Errors followed through their causes. */
const MOST_CAUSES = 4;

/** A text without secrets. `known`: what is secret though it looks like nothing. */
export function redactText(text: string, known: Iterable<string> = []): string {
  // Cut only after the secrets are out, or half of one could be left at the border.
  let clean = text.slice(0, 2 * LONGEST);
  for (const secret of known) clean = clean.replaceAll(secret, "…");
  clean = withoutSecrets(clean);
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST)}…` : clean;
}

/** Fields without secrets, three levels deep: deeper things are written as "…". */
export function redact(value: unknown, known: Iterable<string> = [], depth = 0): unknown {
  if (typeof value === "string") return redactText(value, known);
  if (value instanceof Error) return redactText(told(value), known);
  if (value === null || typeof value !== "object") return typeof value === "bigint" ? String(value) : value;
  if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`;
  if (depth >= 3) return "…";
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => redact(item, known, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, 50)
      .map(([name, field]) => [
        redactText(name, known),
        SECRET_FIELD.test(name) ? "…" : redact(field, known, depth + 1),
      ]),
  );
}

/** An error with what caused it. */
function told(error: Error): string {
  const lines: string[] = [];
  let at: unknown = error;
  while (at instanceof Error && lines.length < MOST_CAUSES) {
    lines.push(at.stack ?? at.message);
    at = at.cause;
  }
  return lines.join("\ncaused by: ");
}

export type LogLevel = "debug" | "info" | "warn" | "error";

/** A log file is turned over when it is larger than this; one older file is kept. */
const LARGEST_BYTES = 20 * 1_048_576;
/** Text that waits for a full disk or a reader that stands still, UTF-16 units; what comes beyond it is lost. */
const MOST_WAITING = 4 * 1_048_576;
/** After a failed write nothing is written for so long, ms. */
const TRY_AGAIN_MS = 1_000;

export interface OpenLog extends Log {
  /** Writes out what is buffered. */
  flush(): void;
  /** Turns the file over when it has grown too large. Done at each write past the limit too. */
  turnOver(): void;
  /** This text is a secret from now on, in whatever it stands. Short ones (under 6) would take words apart: left. */
  hide(secret: string): void;
}

/** Logs to a file, or to standard output when `file` is undefined. */
export function openLog(options: { level: LogLevel; file?: string; largestBytes?: number }): OpenLog {
  const { file, largestBytes = LARGEST_BYTES } = options;
  const known = new Set<string>();
  let size = 0;
  let tryAt = 0;
  /** Undefined while the disk takes nothing. */
  let destination: ReturnType<typeof pino.destination> | undefined;

  function opened(): ReturnType<typeof pino.destination> {
    const bounds = { sync: false, mode: 0o640, maxLength: MOST_WAITING };
    const made = pino.destination({ dest: file ?? 1, mkdir: true, ...bounds });
    // A full disk must not take the hub along, and at the end nothing may wait for it: the library's own last flush
    // would for ever. What it did not take is lost, and there is nowhere to say so.
    made.on("error", () => {
      if (destination === made) destination = undefined;
      tryAt = performance.now() + TRY_AGAIN_MS;
      made.destroy();
    });
    // Strangers can make lines at any rate: the bound holds between the hub's own looks too.
    made.on("write", (bytes: number) => {
      size += bytes;
      if (size >= largestBytes) turnOver();
    });
    return made;
  }

  function turnOver(): void {
    if (file === undefined) return;
    size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size < largestBytes) return;
    renameSync(file, `${file}.1`);
    size = 0;
    destination?.reopen();
  }

  const lines = {
    write(line: string): void {
      if (destination === undefined && performance.now() >= tryAt) destination = opened();
      destination?.write(line);
    },
  };
  turnOver();
  destination = opened();
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    lines,
  );
  const write =
    (level: LogLevel) =>
    (event: string, fields: Record<string, unknown> = {}) => {
      if (logger.isLevelEnabled(level))
        logger[level]({ event, ...(redact(fields, known) as Record<string, unknown>) });
    };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    flush: () => {
      // Before the file is open there is nothing buffered worth an exception at exit.
      try {
        destination?.flushSync();
      } catch (error) {
        if (!String(error).includes("not ready")) throw error;
      }
    },
    turnOver,
    hide: (secret) => {
      if (secret.length < 6) return;
      for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
        known.add(form);
    },
  };
}
