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

/** A part with less than this share in it is filled with a piece of the next block; one with less room than this is not. */
const scrap = 1 / 8;

/** Parts that each fit; the text of all of them, in order, is the whole text but for space at the seams. */
export function split(pieces: readonly Piece[], bounds: Bounds = messageBounds): Piece[][] {
  const parts: Piece[][] = [];
  let part: Piece[] = [];
  const close = () => {
    // Telegram refuses a message in which nothing is seen.
    if (part.some(shows)) parts.push(part);
    part = [];
  };
  const add = (piece: Piece): boolean => {
    if (!fits([...part, piece], bounds)) return false;
    part.push(piece);
    return true;
  };
  for (const piece of pieces) {
    if (add(piece)) continue;
    // A heading goes with what it is the heading of.
    const heading = piece.tight && part.length > 1 ? part.pop() : undefined;
    const whole = fits(heading ? [heading, piece] : [piece], bounds);
    const used = sizeOf(part).units / bounds.units;
    if (whole ? used > scrap : used > 1 - scrap) close();
    if (heading && !add(heading)) {
      close();
      part.push(heading);
    }
    if (add(piece)) continue;
    for (const chunk of chunks(piece, bounds, room(part, piece, bounds))) {
      if (add(chunk)) continue;
      close();
      part.push(chunk);
    }
  }
  close();
  return parts;
}

/** What is left for the beginning of `piece` in a part. */
function room(part: readonly Piece[], piece: Piece, bounds: Bounds): Bounds {
  const { units, marks } = sizeOf(part);
  const between = part.length === 0 ? 0 : gap(piece).length;
  return { units: bounds.units - units - between, marks: bounds.marks - marks };
}

function fits(pieces: readonly Piece[], bounds: Bounds): boolean {
  const { units, marks } = sizeOf(pieces);
  return units <= bounds.units && marks <= bounds.marks;
}

function sizeOf(pieces: readonly Piece[]): Size {
  const size: Size = { units: 0, marks: 0 };
  for (const [at, piece] of pieces.entries()) {
    const own = pieceSize(piece);
    size.units += own.units + (at === 0 ? 0 : gap(piece).length);
    size.marks += own.marks;
  }
  return size;
}

function shows(piece: Piece): boolean {
  return piece.lines.some((line) => line.some(({ text }) => !isBlank(text)));
}

/** One piece, too large by itself, cut between its lines; a line too long by itself is cut within. */
function chunks(piece: Piece, bounds: Bounds, first: Bounds): Piece[] {
  const made: Piece[] = [];
  const start = piece.fixed ? 1 : 0;
  let limit = first;
  let lines: Line[] = [];
  let size: Size = { units: 0, marks: start };
  const close = () => {
    if (lines.length > 0)
      made.push(made.length === 0 ? { ...piece, lines } : { ...piece, tight: false, lines });
    limit = bounds;
    lines = [];
    size = { units: 0, marks: start };
  };
  for (const line of piece.lines.flatMap((whole) => shortLines(whole, bounds, start))) {
    const own = lineSize(line);
    const between = lines.length === 0 ? 0 : 1;
    if (size.units + between + own.units > limit.units || size.marks + own.marks > limit.marks) close();
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
