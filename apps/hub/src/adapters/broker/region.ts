/** One region's broker as a hub sees it: every call ends within a deadline, and whether it is away is known. */
import { Fault } from "@servereye/contract";
import type { Broker, PresenceBoard, Subscription } from "../../core/ports/broker.ts";
import type { Clock, Log } from "../../core/ports/process.ts";

export interface Region {
  /** SERVEREYE_REGION of the hubs that have this broker for their own. */
  name: string;
  broker: Broker;
  presence: PresenceBoard;
}

export interface ReachedRegion {
  readonly name: string;
  /** By the last call that came to an end. */
  readonly away: boolean;
  /** What a call came to, within the deadline. Never rejects: whatever goes wrong there, it could not be asked. */
  call<T>(work: (region: Region) => Promise<T>): Promise<Outcome<T>>;
  /** A subscription that stands as soon as it can, and is tried until then. */
  subscribe(channel: string, handler: (message: string) => void): EventualSubscription;
  /** Finds out, aside, how it is; so does the region's own being restored. */
  look(): void;
  /** Nothing is looked at any more. */
  close(): void;
}

export type Outcome<T> = { value: T } | { fault: Fault };

export interface EventualSubscription extends Subscription {
  /** Resolves when the first try has ended, whichever way, at the latest after the deadline. */
  readonly tried: Promise<unknown>;
}

export interface RegionParts {
  clock: Clock;
  log: Pick<Log, "info" | "warn">;
}

/**
 * How long a region may take, ms. An ask that goes on to the other regions takes it twice, and has to end with a
 * reason within the shortest deadline of a command; light goes around the world in 200.
 */
export const REGION_DEADLINE_MS = 1_500;

/** How long after a failed try a subscription in another region is tried again, ms. */
export const RESUBSCRIBE_MS = 1_000;

export function reachRegion(region: Region, parts: RegionParts): ReachedRegion {
  const { clock, log } = parts;
  const { name } = region;
  let away = false;
  let closed = false;

  function isAway(error: unknown): void {
    if (!away && !closed) log.warn("region.away", { region: name, error });
    away = true;
  }
  function isBack(): void {
    if (away) log.info("region.back", { region: name });
    away = false;
  }

  /** Settles as `work` does, or rejects after the deadline; what `work` comes to after that is nobody's any more. */
  async function inTime<T>(work: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const stop = clock.after(REGION_DEADLINE_MS, () =>
      late.reject(new Fault("BROKER_UNAVAILABLE", `region ${name} did not answer`)),
    );
    try {
      return await Promise.race([work, late.promise]);
    } finally {
      stop();
    }
  }

  const call: ReachedRegion["call"] = async (work) => {
    try {
      const value = await inTime(work(region));
      isBack();
      return { value };
    } catch (error) {
      isAway(error);
      return { fault: Fault.of(error) };
    }
  };

  let looking = false;
  function look(): void {
    if (closed || looking) return;
    looking = true;
    void call(({ broker }) => broker.check()).finally(() => {
      looking = false;
    });
  }
  const endRestored = region.broker.restored(look);

  return {
    name,
    look,
    close() {
      closed = true;
      endRestored();
    },
    get away() {
      return away;
    },
    call,
    subscribe(channel, handler) {
      let stood: Subscription | undefined;
      let trying: Promise<void> | undefined;
      let closed = false;
      let stopTimer = (): void => undefined;

      async function attempt(): Promise<void> {
        stopTimer();
        try {
          const subscription = await region.broker.subscribe(channel, handler);
          isBack();
          // Left while it was on its way.
          if (closed) await subscription.close();
          else stood = subscription;
        } catch (error) {
          isAway(error);
          if (!closed) stopTimer = clock.after(RESUBSCRIBE_MS, retry);
        }
      }
      function retry(): void {
        if (closed || stood !== undefined) return;
        trying ??= attempt().finally(() => {
          trying = undefined;
        });
      }
      const endRestored = region.broker.restored(retry);
      retry();
      return {
        // An outcome, never a rejection: the region's being away is logged already.
        tried: inTime(trying ?? Promise.resolve()).catch(isAway),
        async close() {
          closed = true;
          endRestored();
          stopTimer();
          await stood?.close();
        },
      };
    },
  };
}
