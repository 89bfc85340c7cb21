/** A view as pieces of a message: title, facts, bars, tables and the rest in the shape they have on a phone. */
import { type Block, chartText, type Inline, type View } from "@servereye/contract";
import { cleanLine, cleanText, isBlank, seen } from "./clean.ts";
import { unlinkable } from "./keyboard.ts";
import type { Line, Mark, Piece, Span } from "./spans.ts";
import { displayWidth, padded, shortened } from "./width.ts";

/** Columns of a fixed-width text that a phone held upright shows without breaking the line. */
const phoneColumns = 35;

/** Cells of a bar: ten make a step 10 %, and leave 23 columns for words on a phone. */
const barCells = 10;

/** No column of names is made narrower than this to fit a phone. */
const narrowest = 8;

const dots = { ok: "🟢", warn: "🟡", bad: "🔴" } as const;

/** Telegram's formats (`r|w?[dD]?[tT]?`): relative, time with seconds, long date, long date with short time. */
const timeFormats = { relative: "r", clock: "T", date: "D", full: "Dt" } as const;

type OfType<T extends Block["type"]> = Extract<Block, { type: T }>;

/** The view's pieces; never empty, and never only what cannot be seen. */
export function render(view: View): Piece[] {
  const pieces: Piece[] = [];
  if (view.title !== undefined) {
    pieces.push({ fixed: false, tight: false, lines: [[strong(seen(cleanLine(view.title)))]] });
  }
  let heading = false;
  for (const block of view.blocks) {
    const lines = blockLines(block);
    if (lines.length === 0) continue;
    pieces.push({ fixed: block.type === "table" || block.type === "code", tight: heading, lines });
    heading = block.type === "heading";
  }
  const spelled = view.buttons.flat().filter(unlinkable);
  if (spelled.length > 0) {
    const lines = spelled.map(
      (button): Line => [{ text: `${cleanLine(button.label)}: ${cleanLine(button.href)}` }],
    );
    pieces.push({ fixed: false, tight: false, lines });
  }
  const visible = pieces.some(({ lines }) => lines.some((line) => line.some(({ text }) => !isBlank(text))));
  return visible ? pieces : [{ fixed: false, tight: false, lines: [[{ text: seen("") }]] }];
}

function blockLines(block: Block): Line[] {
  switch (block.type) {
    case "text":
      return broken(block.text.map((inline) => spanOf(inline, cleanText)));
    case "note":
      return broken(block.text.map((inline) => quiet(spanOf(inline, cleanText))));
    case "heading":
      return [named(seen(cleanLine(block.text)), { kind: "strong" })];
    case "code":
      return broken([{ text: cleanText(block.text) }]);
    case "facts":
      return block.rows.map(factLine);
    case "bars":
      return block.rows.map(barLine);
    case "table":
      return tableLines(block);
    case "chart":
      return chartLines(block);
  }
}

/** What the picture shows, in words. */
function chartLines(block: OfType<"chart">): Line[] {
  const [title = "", ...rest] = chartText(block).map(cleanLine);
  return [[strong(seen(title))], ...rest.map((text): Line => [{ text }])];
}

/** A row with a level is a reading; one without may be a list of commands, and those are there to be tapped. */
function factLine({ label, value, level }: OfType<"facts">["rows"][number]): Line {
  const name = seen(cleanLine(label));
  const values = value.map((inline) => spanOf(inline, cleanLine));
  if (level === undefined) return [{ text: `${name}: ` }, ...values];
  return [{ text: `${dots[level]} ` }, ...named(name), { text: ": " }, ...values];
}

/** The bar comes first: so all begin in one column, whatever the face makes of the words after them. */
function barLine({ label, share, text, level }: OfType<"bars">["rows"][number]): Line {
  const sane = Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0;
  // Something is not nothing, and not quite full is not full: only 0 and 1 show an empty and a whole bar.
  const full =
    sane === 0 || sane === 1
      ? sane * barCells
      : Math.min(barCells - 1, Math.max(1, Math.round(sane * barCells)));
  const bar = `${"▰".repeat(full)}${"▱".repeat(barCells - full)}`;
  const start: Span = { text: `${level === undefined ? "" : `${dots[level]} `}${bar} ` };
  return [start, ...named(seen(cleanLine(label))), { text: ` ${cleanLine(text)}` }];
}

/** A name of the machine's: a path such as /home would be a command to tap, in a fixed-width face it is not. */
function named(name: string, mark?: Mark): Line {
  const path = /^\/\S+/.exec(name)?.[0] ?? "";
  const rest = name.slice(path.length);
  const spans: Span[] = [
    { text: path, mark: { kind: "code" } },
    mark === undefined ? { text: rest } : { text: rest, mark },
  ];
  return spans.filter((span) => span.text !== "");
}

/** Two spaces between columns. Too wide for a phone: the widest columns of words give way first, numbers never. */
function tableLines({ columns, rows }: OfType<"table">): Line[] {
  if (columns.length === 0) return [];
  const cells = [columns.map(({ head }) => head), ...rows].map((row) =>
    columns.map((_, at) => cleanLine(row[at] ?? "").trim()),
  );
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => displayWidth(row[at] ?? ""))));
  const total = () => widths.reduce((sum, width) => sum + width, 0) + 2 * (widths.length - 1);
  while (total() > phoneColumns) {
    const room = widths.map((width, at) => (columns[at]?.align === "left" && width > narrowest ? width : 0));
    const widest = room.indexOf(Math.max(...room));
    if ((room[widest] ?? 0) === 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return cells
    .filter((row, at) => at > 0 || row.some((cell) => cell !== ""))
    .map((row): Line => {
      const shown = row.map((cell, at) => {
        const width = widths[at] ?? 0;
        return padded(shortened(cell, width), width, columns[at]?.align ?? "left");
      });
      return [{ text: shown.join("  ").trimEnd() }];
    });
}

function spanOf(inline: Inline, clean: (text: string) => string): Span {
  if (typeof inline === "string") return { text: clean(inline) };
  switch (inline.kind) {
    case "strong":
      return { text: clean(inline.text), mark: { kind: "strong" } };
    case "code":
      return { text: clean(inline.text), mark: { kind: "code" } };
    case "link":
      return linkSpan(clean(inline.text), inline.href);
    case "time":
      return timeSpan(inline.at, inline.style);
  }
}

/** Only web addresses become links; others are shown as words, so that nothing hidden can be tapped. */
function linkSpan(text: string, href: string): Span {
  const url = URL.parse(href);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return { text };
  // Telegram drops a link to a host such as localhost and keeps the words only: then the address is one of the words.
  if (unlinkable({ label: text, href }))
    return { text: isBlank(text) ? href : `${text} (${cleanLine(href)})` };
  return { text: seen(text), mark: { kind: "link", href: url.href } };
}

/** Old clients show the words inside: the moment in UTC. Outside 32 bits Telegram knows no time. */
function timeSpan(at: number, style: keyof typeof timeFormats): Span {
  const date = new Date(at * 1000);
  if (Number.isNaN(date.getTime())) return { text: String(at) };
  const iso = date.toISOString();
  const text = style === "clock" ? `${iso.slice(11, 19)} UTC` : `${iso.slice(0, 16).replace("T", " ")} UTC`;
  const format = timeFormats[style];
  return at > 0 && at <= 0x7fffffff ? { text, mark: { kind: "time", at, format } } : { text };
}

/** Spans cut at their line feeds. Lines at the ends that show nothing are left out. */
function broken(spans: readonly Span[]): Line[] {
  const lines: Span[][] = [[]];
  for (const span of spans) {
    for (const [at, text] of span.text.split("\n").entries()) {
      if (at > 0) lines.push([]);
      if (text !== "") lines.at(-1)?.push({ ...span, text });
    }
  }
  const shows = (line: Line) => line.some(({ text }) => !isBlank(text));
  const first = lines.findIndex(shows);
  return first === -1 ? [] : lines.slice(first, lines.findLastIndex(shows) + 1);
}

function strong(text: string): Span {
  return { text, mark: { kind: "strong" } satisfies Mark };
}

function quiet(span: Span): Span {
  return span.mark === undefined ? { ...span, mark: { kind: "quiet" } } : span;
}
