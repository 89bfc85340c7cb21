/** Which hubs live, and what one of them alone does. */

/** A hub among those that live. */
export interface Seat {
  hub: string;
  region: string;
  version: string;
  /** Whether it shares a broker with others; one that does not is alone, or nothing goes from hub to hub. */
  broker: boolean;
}

/** Who lives, by the store's own clock: a hub has its seat for `ttlMs` from each beat on. */
export interface Hubs {
  /**
   * Takes a seat, after those of `gone` (this hub's own earlier runs) are taken away, with their leases. Refused, with
   * who else lives and when their seats end, when two hubs of whom one has no broker would live at the same time.
   */
  join(
    seat: Seat,
    gone: readonly string[],
    ttlMs: number,
  ): Promise<{ seats: Seat[] } | { refusedBy: Array<Seat & { until: number }> }>;
  /** Keeps the seat and gives all that live, this one included. Undefined when it has expired: `join` again. */
  beat(hub: string, ttlMs: number): Promise<Seat[] | undefined>;
  /** Ends it: what the hub owns of the inbox is anybody's at once, and no beginning of it counts. */
  leave(hub: string): Promise<void>;
}

/** What one hub at a time may do, by the store's own clock. */
export interface Leases {
  /** Takes or keeps it for `ttlMs`. Gives the fence, which grows with each change of holder; undefined: another's. */
  take(name: string, holder: string, ttlMs: number): Promise<number | undefined>;
  /** Gives it back at once, if it is still this holder's. */
  release(name: string, holder: string): Promise<void>;
}

/** This hub's own place among the living. */
export interface Membership {
  readonly hub: string;
  /** Ids of the hubs that live, as of the last beat; this one is always among them. */
  living(): readonly string[];
  /**
   * Undefined while this hub can not know that its seat is still its own. Otherwise a number that is another one after
   * the seat may have been lost in between: what was taken up under another number has to be claimed anew.
   */
  term(): number | undefined;
  /** Calls `run` when hubs came or went, or the term changed. The returned function ends it. */
  changed(run: () => void): () => void;
}
