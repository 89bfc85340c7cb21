/** Shares of a whole as words, bars and rows of small blocks. */
import type { Level } from "@servereye/contract";
import type { Translate } from "../kit.ts";

/** Percent with at most one decimal, whole from 100 on: `4.5 %`, `80 %`, `350 %`. */
export function shareText(t: Translate, percent: number): string {
  const value = Math.max(0, percent);
  return t("unit-share", { value: value >= 99.95 ? Math.round(value) : Math.round(value * 10) / 10 });
}

/** `part` of `whole` in percent, 0 when there is no whole. */
export function percentOf(part: number, whole: number): number {
  return whole > 0 ? (part / whole) * 100 : 0;
}

export interface BarRow {
  label: string;
  share: number;
  text: string;
  level?: Level;
}

/** A row of a "bars" block from a percentage; the bar itself stays within 0..1. */
export function barRow(t: Translate, label: string, percent: number, level?: Level): BarRow {
  const share = Math.min(1, Math.max(0, percent / 100));
  return { label, share, text: shareText(t, percent), ...(level ? { level } : {}) };
}

const EIGHTHS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/** One small block a percentage, for where there is no room for bars: `▁▁▃█`. */
export function sparks(percents: readonly number[]): string {
  return percents.map((p) => EIGHTHS[Math.min(7, Math.max(0, Math.floor(p / 12.5)))] ?? "▁").join("");
}

/** The worst of some levels; `ok` of none. */
export function worstOf(levels: readonly Level[]): Level {
  if (levels.includes("bad")) return "bad";
  return levels.includes("warn") ? "warn" : "ok";
}
