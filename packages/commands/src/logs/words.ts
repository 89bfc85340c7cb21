/** How much of a log is meant: `200` lines, `10m`, `2h`, `1d`. */
import { LONGEST_SINCE, MOST_LINES } from "./contract.ts";

export type LogRange = { lines: number } | { sinceSeconds: number };

/** Lines shown without being told how many. */
export const USUAL: LogRange = { lines: 100 };

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** Undefined for a word that tells no amount. More than there may be is as much as there may be. */
export function logRange(word: string): LogRange | undefined {
  const [, digits, unit] = /^(\d{1,9})([smhd]?)$/.exec(word.toLowerCase()) ?? [];
  const amount = Number(digits);
  if (digits === undefined || amount === 0) return undefined;
  if (unit === "s" || unit === "m" || unit === "h" || unit === "d")
    return { sinceSeconds: Math.min(LONGEST_SINCE, amount * SECONDS[unit]) };
  return { lines: Math.min(MOST_LINES, amount) };
}

/** The same as a word again, in the largest unit that tells it whole. */
export function rangeWord(range: LogRange): string {
  if ("lines" in range) return String(range.lines);
  const { sinceSeconds } = range;
  const [unit] = (["d", "h", "m"] as const).filter((one) => sinceSeconds % SECONDS[one] === 0);
  return unit === undefined ? `${sinceSeconds}s` : `${sinceSeconds / SECONDS[unit]}${unit}`;
}
