/** What was measured at a time, as the sampler hands it to the buffer. */
import type { Series } from "@servereye/contract";

export interface Measured {
  /** This machine's clock when it was measured, epoch ms. It may be wrong and may jump. */
  at: number;
  /** Each series once; finite numbers, in the measure's unit. What could not be measured is left out. */
  values: ReadonlyArray<readonly [Series, number]>;
}

/** Where samples go. Never throws and never waits: what can not be kept is counted and said in the log. */
export interface SampleSink {
  add(measured: Measured): void;
}
