/** A view of the bot as lines of a terminal. */
import type { Block, Button, ChatFile, ChatMessage, Inline, View } from "@servereye/contract";
import { chartLines } from "./chart.ts";
import { momentText } from "./moments.ts";
import type { Paint } from "./paint.ts";
import { columnsOf, cutTo, padTo, plainLine, plainLines } from "./plain.ts";
import { wrap } from "./wrap.ts";

export interface Look {
  /** Of the terminal; at least 20 are used. */
  columns: number;
  paint: Paint;
  locale: string;
  /** Epoch ms. */
  now: number;
}

type Level = "ok" | "warn" | "bad" | undefined;
type Of<T extends Block["type"]> = Extract<Block, { type: T }>;

const DOTS = { ok: "🟢 ", warn: "🟡 ", bad: "🔴 " };
const LONGEST_BAR = 20;
const WIDEST = 100;
const GAP = 2;

/** A file of a message: what it is, and how to have it. Nothing is saved unasked. */
export function fileLines(file: ChatFile, { paint }: Look): string[] {
  const size = file.size < 1024 ? `${file.size} B` : `${(file.size / 1024).toFixed(1)} KiB`;
  const how = file.href === undefined ? "not kept any more: ask again" : "/save writes it here";
  return [`📄 ${paint.strong(plainLine(file.name))}  ${size}  ${paint.soft(how)}`];
}

/** What a message shows: its words, its view, its file. Undefined for what a person wrote. */
export function renderMessage(message: ChatMessage, look: Look): string[] | undefined {
  const { view, file, text } = message;
  if (view === undefined && file === undefined) return undefined;
  const words =
    file !== undefined && text !== undefined ? wrap(plainLine(text), Math.min(WIDEST, look.columns)) : [];
  return [
    ...(view === undefined ? [] : renderView(view, look)),
    ...words,
    ...(file === undefined ? [] : fileLines(file, look)),
  ];
}

/** The buttons of a view by their numbers: the first is 1. */
export const numbered = (view: View): Button[] => view.buttons.flat();

export function renderView(view: View, asked: Look): string[] {
  const look = { ...asked, columns: Math.min(WIDEST, Math.max(20, asked.columns)) };
  const lines: string[] = [];
  if (view.title !== undefined)
    lines.push(...wrap(plainLine(view.title), look.columns).map(look.paint.strong));
  for (const block of view.blocks) {
    if (lines.length > 0 && (block.type === "heading" || block.type === "code")) lines.push("");
    lines.push(...blockLines(block, look));
  }
  let number = 1;
  for (const row of view.buttons) {
    const words = row.map((button) => buttonText(button, number++, look.paint));
    lines.push(...wrap(words.join("  "), look.columns));
  }
  return lines;
}

function buttonText(button: Button, number: number, paint: Paint): string {
  const label = plainLine(button.label);
  const address = "href" in button ? ` ${paint.link(plainLine(button.href))}` : "";
  // A button's words stay together on a line.
  return paint.code(`[${number}]\u00A0${label.replaceAll(" ", "\u00A0")}`) + address;
}

function blockLines(block: Block, look: Look): string[] {
  switch (block.type) {
    case "text":
      return paragraph(block.text, look);
    case "note":
      return paragraph(block.text, look).map(look.paint.soft);
    case "heading":
      return wrap(plainLine(block.text), look.columns).map(look.paint.strong);
    case "facts":
      return factLines(block, look);
    case "bars":
      return barLines(block, look);
    case "table":
      return tableLines(block, look);
    case "code":
      return plainLines(block.text).map((line) => `  ${look.paint.code(line)}`);
    case "chart":
      return chartLines(block, look);
  }
}

function paragraph(text: readonly Inline[], look: Look): string[] {
  return inline(text, look)
    .split("\n")
    .flatMap((line) => wrap(line, look.columns));
}

function inline(text: readonly Inline[], look: Look): string {
  const { paint } = look;
  const clean = (one: string): string => plainLines(one).join("\n");
  return text
    .map((one) => {
      if (typeof one === "string") return clean(one);
      if (one.kind === "strong") return paint.strong(plainLine(one.text));
      if (one.kind === "code") return paint.code(plainLine(one.text));
      if (one.kind === "time") return momentText(one.at, one.style, look.now, look.locale);
      const [label, href] = [plainLine(one.text), plainLine(one.href)];
      return label === href ? paint.link(href) : `${label} (${paint.link(href)})`;
    })
    .join("");
}

const dot = (level: Level, some: boolean): string =>
  level === undefined ? (some ? "   " : "") : DOTS[level];
const painted = (level: Level, text: string, paint: Paint): string =>
  level === "warn" ? paint.warn(text) : level === "bad" ? paint.bad(text) : text;

/** The widest label, within half of the line. */
const labelColumns = (labels: readonly string[], look: Look): number =>
  Math.min(Math.floor(look.columns / 2), Math.max(0, ...labels.map(columnsOf)));

function factLines(block: Of<"facts">, look: Look): string[] {
  const some = block.rows.some(({ level }) => level !== undefined);
  const rows = block.rows.map((row) => ({ ...row, label: plainLine(row.label) }));
  const width = labelColumns(
    rows.map(({ label }) => label),
    look,
  );
  return rows.flatMap(({ label, value, level }) => {
    const before = `${dot(level, some)}${look.paint.soft(padTo(cutTo(label, width), width))}${" ".repeat(GAP)}`;
    const indent = columnsOf(before);
    const said = inline(value, look).replaceAll("\n", " ");
    return wrap(said, Math.max(10, look.columns - indent)).map(
      (line, index) => (index === 0 ? before : " ".repeat(indent)) + painted(level, line, look.paint),
    );
  });
}

function barLines(block: Of<"bars">, look: Look): string[] {
  const { paint } = look;
  const some = block.rows.some(({ level }) => level !== undefined);
  const rows = block.rows.map((row) => ({ ...row, label: plainLine(row.label), text: plainLine(row.text) }));
  const width = labelColumns(
    rows.map(({ label }) => label),
    look,
  );
  const words = Math.max(0, ...rows.map(({ text }) => columnsOf(text)));
  const room = look.columns - (some ? 3 : 0) - width - words - 2 * GAP;
  const length = Math.max(5, Math.min(LONGEST_BAR, room));
  return rows.map(({ label, text, share, level }) => {
    const full = Math.round(Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * length);
    const bar = paint[level ?? "code"]("█".repeat(full)) + paint.soft("░".repeat(length - full));
    return `${dot(level, some)}${padTo(cutTo(label, width), width)}  ${bar}  ${painted(level, text, paint)}`;
  });
}

function tableLines(block: Of<"table">, look: Look): string[] {
  const rows = block.rows.map((row) => row.map(plainLine));
  const heads = block.columns.map(({ head }) => plainLine(head));
  const widths = heads.map((head, at) =>
    Math.max(columnsOf(head), ...rows.map((row) => columnsOf(row[at] ?? ""))),
  );
  // What is too wide is taken from the widest left-aligned column: the names, not the numbers.
  const over = widths.reduce((sum, width) => sum + width + GAP, -GAP) - look.columns;
  const names = block.columns
    .map((column, at) => ({ at, width: column.align === "left" ? (widths[at] ?? 0) : 0 }))
    .sort((a, b) => b.width - a.width)[0];
  if (over > 0 && names !== undefined && names.width > 0)
    widths[names.at] = Math.max(6, (widths[names.at] ?? 0) - over);
  const line = (cells: readonly string[]): string =>
    block.columns
      .map(({ align }, at) => padTo(cutTo(cells[at] ?? "", widths[at] ?? 0), widths[at] ?? 0, align))
      .join(" ".repeat(GAP))
      .trimEnd();
  const head = heads.every((one) => one === "") ? [] : [look.paint.soft(line(heads))];
  return [...head, ...rows.map(line)];
}
