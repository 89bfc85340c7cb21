/** When samples were, settled once at their first arrival: for a history that can not tell which of them it has. */

/** One sample. */
export interface Mark {
  serverId: string;
  boot: string;
  seq: number;
}

// Every method rejects with Fault STORE_UNAVAILABLE when the store can not be reached within its deadline.
export interface Arrivals {
  /** The newest sample of each of these boots, in their order; undefined where none is known. */
  newest(
    boots: ReadonlyArray<Pick<Mark, "serverId" | "boot">>,
  ): Promise<Array<{ seq: number; at: number } | undefined>>;
  /**
   * Settles when each of these was (epoch ms), in their order: as it is given, unless it was settled before.
   * Undefined: there is nothing to write, since it is kept, or its server is no more.
   */
  claim(marks: ReadonlyArray<Mark & { at: number }>): Promise<Array<number | undefined>>;
  /** These are kept for good: none of them is given out again. */
  kept(marks: readonly Mark[]): Promise<void>;
  /** Forgets what nobody will ask about any more; gives how much. */
  tidy(now: number): Promise<number>;
}
