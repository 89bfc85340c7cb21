/** The nearest known name to a mistyped one. */
import { distance } from "fastest-levenshtein";

/**
 * The candidate with the smallest edit distance (Levenshtein), if it is near enough to be what was meant: at
 * most a third of the longer one's length, at least 1. Compares without case; the first of equals wins.
 */
export function nearest(typed: string, candidates: Iterable<string>): string | undefined {
  const wanted = typed.toLowerCase();
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const away = distance(wanted, candidate.toLowerCase());
    const limit = Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3));
    if (away <= limit && away < least) {
      best = candidate;
      least = away;
    }
  }
  return best;
}
