/** When samples were, by the hub's clock: an agent's clock may be wrong and may jump, their order stays. */
import type { Ingest } from "../ports/history.ts";

/** No agent keeps samples for longer than a day: what seems older, or further from its neighbour, has a clock to blame, ms. */
const MOST_APART_MS = 26 * 3_600_000;
const MOST_AGE_MS = 7 * 24 * 3_600_000;
/** Where a batch tells nothing of its pace, ms. */
const USUAL_STEP_MS = 10_000;

/** The newest sample of a server's boot that is known: later ones are after it. */
export interface Newest {
  seq: number;
  at: number;
}

/**
 * Epoch ms of each of a batch's samples, in the order of `batch.samples`: the agent's time less its skew, never after
 * its arrival, and always growing with `seq`. Where the clock says otherwise, the distance in `seq` says how long it was.
 */
export function timesOf({ batch, arrived, skewMs }: Ingest, newest?: Newest): number[] {
  const order = batch.samples.map((_, at) => at).sort((a, b) => seqOf(a) - seqOf(b));
  const times = new Array<number>(order.length).fill(arrived);
  function seqOf(at: number): number {
    return batch.samples[at]?.seq ?? 0;
  }
  const told = (at: number): number => Math.round((batch.samples[at]?.at ?? arrived) - skewMs);
  const stepMs = usualStep(order.map((at) => [seqOf(at), told(at)]));
  let after: { seq: number; at: number } | undefined;
  for (const at of order.toReversed()) {
    const seq = seqOf(at);
    const wanted = told(at);
    let time = wanted;
    if (after === undefined) {
      time = Math.min(wanted, arrived);
      if (arrived - time > MOST_AGE_MS) time = arrived;
    } else if (wanted >= after.at || after.at - wanted > MOST_APART_MS)
      // Twice the same number: whoever keeps them keeps one.
      time = after.at - Math.max(0, after.seq - seq) * stepMs;
    times[at] = time;
    after = { seq, at: time };
  }
  return newest === undefined ? times : pushed(times, order, newest, { seqOf, arrived, stepMs });
}

/** Moves what would be before an earlier sample to where its number says. */
function pushed(
  times: number[],
  order: readonly number[],
  newest: Newest,
  { seqOf, arrived, stepMs }: { seqOf(at: number): number; arrived: number; stepMs: number },
): number[] {
  let before = newest;
  const later = order.filter((at) => seqOf(at) > newest.seq);
  for (const at of later) {
    const seq = seqOf(at);
    const time = times[at] ?? arrived;
    if (time <= before.at) {
      const most = Math.max(arrived, before.at + 1);
      times[at] = Math.min(before.at + (seq - before.seq) * stepMs, most);
      // Several that would all be now: they stay apart, as many ms as they are.
      if ((times[at] ?? 0) <= before.at) times[at] = before.at + 1;
    }
    before = { seq, at: times[at] ?? time };
  }
  return times;
}

/** Ms for each number: what most neighbours are apart. */
function usualStep(marks: ReadonlyArray<readonly [seq: number, at: number]>): number {
  const steps: number[] = [];
  for (const [n, [seq, at]] of marks.entries()) {
    const before = marks[n - 1];
    if (before === undefined || seq <= before[0]) continue;
    const step = (at - before[1]) / (seq - before[0]);
    if (step > 0 && step <= 600_000) steps.push(step);
  }
  steps.sort((a, b) => a - b);
  return Math.max(1, Math.round(steps[steps.length >> 1] ?? USUAL_STEP_MS));
}
