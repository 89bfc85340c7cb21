/** The line before the handshake: places for strangers, few for one network, and a bounded wait for them. */
import type { Clock } from "../../core/ports/process.ts";
import { networkOf } from "./limits.ts";

export interface LineLimits {
  /** Places: in all, and for one network. */
  places: number;
  placesPerNetwork: number;
  /** Who waits for a place, likewise. */
  waiting: number;
  waitingPerNetwork: number;
  /** Longest wait, ms. */
  patienceMs: number;
}

export interface Line {
  /**
   * Calls `enter` once with what gives the place back (idempotent), now or when a place is free; or `refuse`, when
   * the line is full or the wait too long. Gives what leaves the line, or undefined when one of both was called already.
   */
  join(address: string, enter: (leave: () => void) => void, refuse: () => void): (() => void) | undefined;
  /** Refuses all who wait, and who comes from now on and would have to. */
  close(): void;
  taken(): number;
  waiting(): number;
}

interface Waiter {
  enter(): void;
  turnAway(): void;
}

interface Network {
  taken: number;
  waiters: Set<Waiter>;
}

/** Free places go round the networks, so that one which sends thousands takes nobody's turn but its own. */
export function createLine(limits: LineLimits, clock: Pick<Clock, "after">): Line {
  const networks = new Map<string, Network>();
  /** Networks that have somebody waiting and a place left of their own, in the order of their turns. */
  const turns = new Set<string>();
  let taken = 0;
  let waiting = 0;
  let closed = false;

  function settle(name: string, network: Network): void {
    if (network.waiters.size > 0 && network.taken < limits.placesPerNetwork) turns.add(name);
    else turns.delete(name);
    if (network.taken === 0 && network.waiters.size === 0) networks.delete(name);
  }

  function place(name: string, network: Network): () => void {
    taken += 1;
    network.taken += 1;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      taken -= 1;
      network.taken -= 1;
      settle(name, network);
      fill();
    };
  }

  function fill(): void {
    while (taken < limits.places) {
      const next = turns.keys().next();
      if (next.done) return;
      const network = networks.get(next.value);
      const first = network?.waiters.keys().next();
      // To the end of the turns, if it has more to come.
      turns.delete(next.value);
      if (first !== undefined && !first.done) first.value.enter();
    }
  }

  return {
    join(address, enter, refuse) {
      const name = networkOf(address);
      const network = networks.get(name) ?? { taken: 0, waiters: new Set() };
      if (taken < limits.places && network.taken < limits.placesPerNetwork && network.waiters.size === 0) {
        networks.set(name, network);
        enter(place(name, network));
        return undefined;
      }
      if (closed || waiting >= limits.waiting || network.waiters.size >= limits.waitingPerNetwork) {
        refuse();
        return undefined;
      }
      const leave = (): boolean => {
        if (!network.waiters.delete(waiter)) return false;
        waiting -= 1;
        stopTimer();
        return true;
      };
      const waiter: Waiter = {
        enter() {
          leave();
          const free = place(name, network);
          settle(name, network);
          enter(free);
        },
        turnAway() {
          leave();
          settle(name, network);
          refuse();
        },
      };
      const stopTimer = clock.after(limits.patienceMs, () => waiter.turnAway());
      networks.set(name, network);
      network.waiters.add(waiter);
      waiting += 1;
      settle(name, network);
      return () => {
        if (leave()) settle(name, network);
      };
    },
    close() {
      closed = true;
      for (const network of [...networks.values()])
        for (const waiter of [...network.waiters]) waiter.turnAway();
    },
    taken: () => taken,
    waiting: () => waiting,
  };
}
