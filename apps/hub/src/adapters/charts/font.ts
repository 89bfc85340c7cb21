/** A TrueType font as far as laying text out needs it: which characters it has, and how far each moves the pen. */
import { readFileSync } from "node:fs";

export interface Font {
  /** Of the text at 1 px, px. */
  widthOf(text: string): number;
  has(character: string): boolean;
}

/**
 * Reads tables `head`, `hhea`, `hmtx` and `cmap` (OpenType 1.9.1, format 4 or 12). Rejects what is no font, or lacks a
 * character of `needs`: resvg leaves out what it has no glyph for, and says nothing.
 */
export function readFont(path: string, needs: string): Font {
  const bytes = readFileSync(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables = tablesOf(view, path);
  const at = (tag: string): number => {
    const offset = tables.get(tag);
    if (offset === undefined) throw new Error(`${path}: no table ${tag}`);
    return offset;
  };
  const unitsPerEm = view.getUint16(at("head") + 18);
  const advances = view.getUint16(at("hhea") + 34);
  const hmtx = at("hmtx");
  const glyphs = glyphsOf(view, at("cmap"), path);
  const advanceOf = (glyph: number): number => view.getUint16(hmtx + 4 * Math.min(glyph, advances - 1));
  const known = new Map<number, number>();
  const widthOfCode = (code: number): number => {
    const kept = known.get(code);
    if (kept !== undefined) return kept;
    const width = advanceOf(glyphs(code)) / unitsPerEm;
    known.set(code, width);
    return width;
  };
  const codes = (text: string): number[] => [...text].map((one) => one.codePointAt(0) ?? 0);
  const font: Font = {
    widthOf: (text) => codes(text).reduce((sum, code) => sum + widthOfCode(code), 0),
    has: (character) => codes(character).every((code) => glyphs(code) !== 0),
  };
  const lacking = [...needs].filter((one) => !font.has(one));
  if (lacking.length > 0) throw new Error(`${path}: no glyphs for ${lacking.join("")}`);
  return font;
}

function tablesOf(view: DataView, path: string): Map<string, number> {
  if (view.byteLength < 12 || view.getUint32(0) !== 0x00010000) throw new Error(`${path}: no TrueType font`);
  const tables = new Map<string, number>();
  for (let table = 0; table < view.getUint16(4); table++) {
    const record = 12 + 16 * table;
    const tag = [0, 1, 2, 3].map((one) => String.fromCharCode(view.getUint8(record + one))).join("");
    tables.set(tag, view.getUint32(record + 8));
  }
  return tables;
}

/** Gives the glyph of a character, 0 for none. */
function glyphsOf(view: DataView, cmap: number, path: string): (code: number) => number {
  const subtables = Array.from({ length: view.getUint16(cmap + 2) }, (_, one) => {
    const offset = cmap + view.getUint32(cmap + 4 + 8 * one + 4);
    return { offset, format: view.getUint16(offset) };
  });
  const whole = subtables.find(({ format }) => format === 12);
  if (whole !== undefined) return (code) => inGroups(view, whole.offset, code);
  const basic = subtables.find(({ format }) => format === 4);
  if (basic === undefined) throw new Error(`${path}: no character map that is understood`);
  return (code) => inSegments(view, basic.offset, code);
}

function inGroups(view: DataView, table: number, code: number): number {
  for (let group = 0; group < view.getUint32(table + 12); group++) {
    const at = table + 16 + 12 * group;
    const first = view.getUint32(at);
    if (code < first) return 0;
    if (code <= view.getUint32(at + 4)) return view.getUint32(at + 8) + code - first;
  }
  return 0;
}

function inSegments(view: DataView, table: number, code: number): number {
  if (code > 0xffff) return 0;
  const doubled = view.getUint16(table + 6);
  const [ends, starts] = [table + 14, table + 16 + doubled];
  for (let at = 0; at < doubled; at += 2) {
    if (code > view.getUint16(ends + at)) continue;
    const first = view.getUint16(starts + at);
    if (code < first) return 0;
    const delta = view.getUint16(starts + doubled + at);
    const range = starts + 2 * doubled + at;
    const offset = view.getUint16(range);
    if (offset === 0) return (code + delta) & 0xffff;
    const glyph = view.getUint16(range + offset + 2 * (code - first));
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
  }
  return 0;
}
