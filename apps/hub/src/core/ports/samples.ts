/** Samples of one agent's connection on their way in, as the adapter that holds the connection and the core see them. */
import type { SamplesFrame } from "@servereye/contract";

/** What the core tells such an agent. Neither call throws. */
export interface SampleLine {
  /** Samples `from` to `to` of the boot, both included, are kept for good. */
  kept(those: { boot: string; from: number; to: number }): void;
  /** Late samples a second that are taken; 0: none for now, and what is on its way is to be sent again. */
  pace(perSecond: number): void;
  /** It goes on sending more than it may: its connection is to end. */
  flooded(): void;
}

export interface SampleIntake {
  /** `bytes`: of the frame. False: not what a batch may be, so that the connection is to end. */
  take(frame: SamplesFrame, bytes: number): boolean;
  /** The connection is no more. Idempotent. */
  gone(): void;
}
