/** The nearest known name to a mistyped one. */
import { distance } from "fastest-levenshtein";

/**
 * What begins with the typed text (two letters at least), the shortest such; else the candidate with the smallest edit distance (Levenshtein), if it is near enough to be what was meant: at
 * most a third of the longer one's length; 2 are always forgiven from four letters on (two swapped letters count 2). Compares without case; the first of equals wins.
 */
export function nearest(typed: string, candidates: Iterable<string>): string | undefined {
  const wanted = typed.toLowerCase();
  const known = [...candidates];
  const begun = known.filter((candidate) => wanted.length >= 2 && candidate.toLowerCase().startsWith(wanted));
  if (begun.length > 0) return begun.sort((a, b) => a.length - b.length)[0];
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const away = distance(wanted, candidate.toLowerCase());
    const longer = Math.max(wanted.length, candidate.length);
    const limit = longer < 4 ? 1 : Math.max(2, Math.floor(longer / 3));
    if (away <= limit && away < least) {
      best = candidate;
      least = away;
    }
  }
  return best;
}
