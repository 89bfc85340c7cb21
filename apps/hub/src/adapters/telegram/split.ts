/** Splits a message that is too long, between blocks, else between lines, else between characters. */
import { isBlank } from "./clean.ts";
import { gap, type Line, type Piece, type Span } from "./spans.ts";

/** Telegram counts after reading the markup; more than 100 marked places are ignored by it. */
export interface Bounds {
  /** UTF-16 units. */
  readonly units: number;
  readonly marks: number;
}

export const messageBounds: Bounds = { units: 4096, marks: 100 };
export const captionBounds: Bounds = { units: 1024, marks: 100 };

interface Size {
  units: number;
  marks: number;
}

/** Parts that each fit; the text of all of them, in order, is the whole text but for line feeds at the seams. */
export function split(pieces: readonly Piece[], bounds: Bounds = messageBounds): Piece[][] {
  const parts: Piece[][] = [];
  let part: Piece[] = [];
  let size: Size = { units: 0, marks: 0 };
  const close = () => {
    // Telegram refuses a message in which nothing is seen.
    if (part.some(shows)) parts.push(part);
    part = [];
    size = { units: 0, marks: 0 };
  };
  const add = (piece: Piece): boolean => {
    const own = pieceSize(piece);
    const units = size.units + own.units + (part.length === 0 ? 0 : gap(piece).length);
    if (units > bounds.units || size.marks + own.marks > bounds.marks) return false;
    part.push(piece);
    size = { units, marks: size.marks + own.marks };
    return true;
  };
  for (const piece of pieces) {
    if (add(piece)) continue;
    close();
    if (add(piece)) continue;
    for (const chunk of chunks(piece, bounds)) {
      close();
      add(chunk);
    }
  }
  close();
  return parts;
}

function shows(piece: Piece): boolean {
  return piece.lines.some((line) => line.some(({ text }) => !isBlank(text)));
}

/** One piece, too large by itself, cut between its lines; a line too long by itself is cut within. */
function chunks(piece: Piece, bounds: Bounds): Piece[] {
  const made: Piece[] = [];
  let lines: Line[] = [];
  let size: Size = { units: 0, marks: piece.fixed ? 1 : 0 };
  const close = () => {
    if (lines.length > 0) made.push({ ...piece, tight: false, lines });
    lines = [];
    size = { units: 0, marks: piece.fixed ? 1 : 0 };
  };
  for (const line of piece.lines.flatMap((whole) => shortLines(whole, bounds, piece.fixed ? 1 : 0))) {
    const own = lineSize(line);
    if (
      lines.length > 0 &&
      (size.units + 1 + own.units > bounds.units || size.marks + own.marks > bounds.marks)
    )
      close();
    size = { units: size.units + own.units + (lines.length === 0 ? 0 : 1), marks: size.marks + own.marks };
    lines.push(line);
  }
  close();
  return made;
}

function shortLines(line: Line, bounds: Bounds, marks: number): Line[] {
  const own = lineSize(line);
  if (own.units <= bounds.units && own.marks + marks <= bounds.marks) return [line];
  const made: Span[][] = [[]];
  let units = 0;
  let marked = marks;
  for (const span of line) {
    let rest = span.text;
    while (rest !== "") {
      const full = units >= bounds.units - 1 || (span.mark !== undefined && marked >= bounds.marks);
      if (full) {
        made.push([]);
        units = 0;
        marked = marks;
      }
      const end = border(rest, bounds.units - units);
      made.at(-1)?.push({ ...span, text: rest.slice(0, end) });
      rest = rest.slice(end);
      units += end;
      if (span.mark !== undefined) marked++;
    }
  }
  return made;
}

/** The last place at or before `units` that is not inside a character (two units at most); at least one character. */
function border(text: string, units: number): number {
  if (text.length <= units) return text.length;
  const low = text.charCodeAt(units);
  return low >= 0xdc00 && low <= 0xdfff ? units - 1 : units;
}

function pieceSize(piece: Piece): Size {
  const size: Size = { units: piece.lines.length - 1, marks: piece.fixed ? 1 : 0 };
  for (const line of piece.lines) {
    const own = lineSize(line);
    size.units += own.units;
    size.marks += own.marks;
  }
  return size;
}

function lineSize(line: Line): Size {
  let units = 0;
  let marks = 0;
  for (const { text, mark } of line) {
    units += text.length;
    if (mark !== undefined) marks++;
  }
  return { units, marks };
}
