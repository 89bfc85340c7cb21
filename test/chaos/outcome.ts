/** What came of a run, and how it is told. */
import type { Figures, Violation } from "./checker.ts";

export interface Outcome {
  figures: Figures;
  violations: readonly Violation[];
  /** From the mending of everything until the last agent was in again, ms. */
  recoveredMs: number;
  /** Where everything about the run is kept, when something was violated. */
  evidence: string | undefined;
}

const list = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, times]) => `${name} ${times}`)
    .join(", ") || "nothing";

/** The outcome in a few lines. */
export function summary({ figures, violations, recoveredMs, evidence }: Outcome): string {
  const failed = Object.values(figures.failed).reduce((sum, times) => sum + times, 0);
  return [
    `invoked ${figures.invoked}: ok ${figures.ok}, failed ${failed} (${list(figures.failed)}), unknown ${figures.unknown}`,
    `executed at agents ${figures.executed}; doubled by a crash ${figures.doubled}, overtook without a database ${figures.overtook}; agents back after ${recoveredMs} ms`,
    `broken: ${list(figures.disturbances)}`,
    ...(violations.length === 0
      ? ["no violation"]
      : [`${violations.length} violations; everything about the run is in ${evidence}`]),
    ...violations.map(({ kind, detail }) => `  ${kind}: ${detail}`),
  ].join("\n");
}
