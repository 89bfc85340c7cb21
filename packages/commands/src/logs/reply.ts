/** A log for a person: its end in the message, all of it as a file. */
import type { AnswerOf, View } from "@servereye/contract";
import type { Translate } from "../kit.ts";
import { ageText } from "../shown/ages.ts";
import { columnsOf, fitName } from "../shown/names.ts";
import { countText, sizeText } from "../shown/sizes.ts";
import type { logs } from "./contract.ts";
import { unpack } from "./pack.ts";
import { type LogRange, rangeWord } from "./words.ts";

export { LONGEST_SINCE, logs, MOST_LINES } from "./contract.ts";
export { messages as logMessages } from "./messages.ts";
export { type LogRange, logRange, rangeWord, USUAL as USUAL_LOG_RANGE } from "./words.ts";

/** A phone's columns, and rows of them that a message may take: about two screens. */
const PHONE = 35;
const MOST_ROWS = 40;
/** Lines of a message, and columns of one: three rows and a bit. */
const MOST_SHOWN = 24;
const WIDEST = 120;

export interface LogLine {
  /** As the engine wrote it; "" when it wrote none. */
  at: string;
  stream: "out" | "err";
  text: string;
}

export interface Log {
  name: string;
  running: boolean;
  unreadable?: string | undefined;
  lines: readonly LogLine[];
  leftLines: number;
  leftBytes: number;
  cut: number;
  cursor?: string | undefined;
}

/** The answer unpacked. Fault ANSWER_INVALID when it can not be. */
export async function logOf(answer: AnswerOf<typeof logs>): Promise<Log> {
  const { name, running, unreadable, leftLines, leftBytes, cut, cursor } = answer;
  const lines = (await unpack(answer)).map(lineOf);
  return { name, running, unreadable, lines, leftLines, leftBytes, cut, cursor };
}

function lineOf(line: string): LogLine {
  const stream = line.startsWith("e") ? "err" : "out";
  const end = line.indexOf(" ");
  const at = end < 0 ? "" : line.slice(1, end);
  return Number.isNaN(Date.parse(at))
    ? { at: "", stream, text: line.slice(1) }
    : { at, stream, text: line.slice(end + 1) };
}

/** `03:12:05!text`: UTC, and `!` where a program wrote to standard error. */
function shownLine({ at, stream, text }: LogLine): string {
  const time = at === "" ? "--:--:--" : new Date(at).toISOString().slice(11, 19);
  return `${time}${stream === "err" ? "!" : " "}${fitName(text.replaceAll("\t", "  "), WIDEST)}`;
}

/** The newest lines that a message takes, the newest at the bottom. */
function shownLines(lines: readonly LogLine[]): string[] {
  const shown: string[] = [];
  let rows = 0;
  for (let at = lines.length - 1; at >= 0 && shown.length < MOST_SHOWN; at--) {
    const line = lines[at];
    if (line === undefined) break;
    const words = shownLine(line);
    rows += Math.ceil(columnsOf(words) / PHONE);
    if (rows > MOST_ROWS) break;
    shown.unshift(words);
  }
  return shown;
}

export interface LogView {
  title: string;
  blocks: View["blocks"];
  /** Lines that are not in the message. */
  more: number;
}

export interface LogContext {
  t: Translate;
  server: string;
  /** Epoch ms. */
  now: number;
  /** Undefined while it is followed. */
  range: LogRange | undefined;
}

export function logView(log: Log, { t, server, now, range }: LogContext): LogView {
  const { lines, name } = log;
  const title = t("logs-title", { name: fitName(name, PHONE), server });
  const note = (...words: string[]): View["blocks"][number] => ({ type: "note", text: [words.join(" ")] });
  if (log.unreadable !== undefined)
    return {
      title,
      more: 0,
      blocks: [{ type: "text", text: [t("logs-unreadable", { said: log.unreadable })] }],
    };
  const stopped = log.running ? [] : [note(t("logs-stopped"))];
  if (lines.length === 0) {
    const words = range !== undefined && "sinceSeconds" in range ? "logs-none-since" : "logs-none";
    const span = range === undefined ? "" : rangeText(t, range);
    return { title, more: 0, blocks: [{ type: "text", text: [t(words, { span })] }, ...stopped] };
  }
  const shown = shownLines(lines);
  const more = lines.length - shown.length;
  const errors = lines.slice(-shown.length).some(({ stream }) => stream === "err");
  const newest = Date.parse(lines.at(-1)?.at ?? "");
  const age = Number.isNaN(newest) ? [] : [t("logs-newest", { age: ageText(t, (now - newest) / 1000) })];
  return {
    title,
    more,
    blocks: [
      { type: "code", text: shown.join("\n") },
      note(
        more > 0
          ? t("logs-shown", { shown: countText(t, shown.length), all: countText(t, lines.length) })
          : t("logs-all", { count: lines.length }),
        ...age,
        t("logs-utc"),
        ...(errors ? [t("logs-errors")] : []),
      ),
      ...(log.leftLines > 0 ? [note(leftText(t, log))] : []),
      ...stopped,
    ],
  };
}

const leftText = (t: Translate, { leftLines, leftBytes }: Log): string =>
  t("logs-left", { lines: countText(t, leftLines), size: sizeText(t, leftBytes) });

/** `100 lines`, `1 h`. */
export const rangeText = (t: Translate, range: LogRange): string =>
  "lines" in range ? t("logs-range-lines", { count: range.lines }) : ageText(t, range.sinceSeconds);

/** The whole as a file, with both streams told apart and whole moments. */
export function logFile(
  log: Log,
  { t, server, now, range }: LogContext,
): { name: string; bytes: Uint8Array; caption: string } {
  const { name, lines } = log;
  const time = new Date(now).toISOString().slice(0, 19).replaceAll(":", "-");
  const words = range === undefined ? "" : rangeWord(range);
  const head = [`# ${name} on ${server}, ${new Date(now).toISOString()}, ${words}`.trim()];
  if (log.leftLines > 0) head.push(`# ${log.leftLines} older lines (${log.leftBytes} bytes) left out`);
  if (log.cut > 0) head.push(`# ${log.cut} lines cut at 16 KiB`);
  const body = lines.map(({ at, stream, text }) => `${at} ${stream} ${text}`);
  const left = log.leftLines > 0 ? ` ${leftText(t, log)}` : "";
  return {
    name: `${name}-${server}-${time}Z.log`,
    bytes: new TextEncoder().encode(`${[...head, ...body].join("\n")}\n`),
    caption: `${t("logs-caption", { name, server, count: lines.length })}${left}`,
  };
}
