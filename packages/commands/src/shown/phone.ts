/** A view as text lines of a phone, for tests: what fits here fits wherever it is drawn. */
import { type Block, chartText, type Inline } from "@servereye/contract";
import type { ReplyView } from "../kit.ts";
import { columnsOf } from "./names.ts";

const DOTS = { ok: "🟢 ", warn: "🟡 ", bad: "🔴 " } as const;

/** The lines of a reply: title, blocks, and the buttons in brackets. */
export function phoneLines(view: ReplyView): string[] {
  const buttons = (view.buttons ?? []).map((row) => row.map((button) => `[${button.label}]`).join(" "));
  return [view.title, ...view.blocks.flatMap((block) => ["", ...blockLines(block)]), ...buttons];
}

function blockLines(block: Block): string[] {
  switch (block.type) {
    case "text":
    case "note":
      return [inline(block.text)];
    case "facts":
      return block.rows.map((row) => `${row.level ? DOTS[row.level] : ""}${row.label}: ${inline(row.value)}`);
    case "bars":
      return block.rows.map((row) => {
        const full = Math.round(row.share * 10);
        const bar = "▰".repeat(full) + "▱".repeat(10 - full);
        return `${row.level ? DOTS[row.level] : ""}${bar} ${row.label} ${row.text}`;
      });
    case "table":
      return tableLines(block);
    case "code":
    case "heading":
      return [block.text];
    case "chart":
      return chartText(block);
  }
}

function tableLines({ columns, rows }: Extract<Block, { type: "table" }>): string[] {
  const cells = [columns.map((column) => column.head), ...rows];
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => columnsOf(row[at] ?? ""))));
  return cells.map((row) =>
    columns
      .map(({ align }, at) => {
        const cell = row[at] ?? "";
        const space = " ".repeat((widths[at] ?? 0) - columnsOf(cell));
        return align === "left" ? cell + space : space + cell;
      })
      .join("  ")
      .trimEnd(),
  );
}

function inline(parts: readonly Inline[]): string {
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      if (part.kind !== "time") return part.text;
      return `${new Date(part.at * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
    })
    .join("");
}
