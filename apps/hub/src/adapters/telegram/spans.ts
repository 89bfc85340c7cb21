/** A message before it is markup: pieces of lines of marked spans, which can be split anywhere and stay whole. */
import { type Html, html, Html as Markup } from "./html.ts";

/** How a run of text is shown. `time` is in epoch seconds. */
export type Mark =
  | { kind: "strong" | "quiet" | "code" }
  | { kind: "link"; href: string }
  | { kind: "time"; at: number; format: string };

export interface Span {
  readonly text: string;
  readonly mark?: Mark;
}

export type Line = readonly Span[];

/** Lines that belong together. `fixed`: shown in a fixed-width face (their spans bear no marks of their own). */
export interface Piece {
  readonly fixed: boolean;
  readonly lines: readonly Line[];
  /** True: no empty line between this piece and the one before. */
  readonly tight: boolean;
}

/** Pieces as Telegram HTML. */
export function toHtml(pieces: readonly Piece[]): Html {
  let all = html``;
  for (const [at, piece] of pieces.entries()) {
    const lines = Markup.joined(
      piece.lines.map((line) => Markup.joined(line.map(spanHtml), "")),
      "\n",
    );
    all = html`${all}${at === 0 ? "" : gap(piece)}${piece.fixed ? html`<pre>${lines}</pre>` : lines}`;
  }
  return all;
}

/** Pieces as the plain text that a reader sees. */
export function toPlain(pieces: readonly Piece[]): string {
  return pieces.map((piece, at) => (at === 0 ? "" : gap(piece)) + plainLines(piece)).join("");
}

/** What stands before a piece that is not the first. */
export function gap(piece: Piece): string {
  return piece.tight ? "\n" : "\n\n";
}

function plainLines(piece: Piece): string {
  return piece.lines.map((line) => line.map((span) => span.text).join("")).join("\n");
}

function spanHtml({ text, mark }: Span): Html {
  if (mark === undefined || text === "") return html`${text}`;
  switch (mark.kind) {
    case "strong":
      return html`<b>${text}</b>`;
    case "quiet":
      return html`<i>${text}</i>`;
    case "code":
      return html`<code>${text}</code>`;
    case "link":
      return html`<a href="${mark.href}">${text}</a>`;
    case "time":
      return html`<tg-time unix="${mark.at}" format="${mark.format}">${text}</tg-time>`;
  }
}
