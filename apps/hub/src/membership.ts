/** This hub's seat among the living: taken at the start, kept by a beat, given up at the end. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "@servereye/contract";
import type { Hubs, Membership, Seat } from "./core/ports/hubs.ts";
import type { Clock, Log, Metrics } from "./core/ports/process.ts";

/** How long a seat stands after a beat, and between two beats, ms: three may be late before a hub is taken for dead. */
export const SEAT_MS = 10_000;
const BEAT_MS = 2_500;
const RETRY_MS = 1_000;
/** So much before its end (by this hub's own clock, counted from before the beat) a seat is no longer relied on, ms. */
const MARGIN_MS = 500;
/** Between two looks whether a hub that is in the way still beats, ms. */
const LOOK_MS = 500;
/** Earlier runs that may have left a seat behind; more than one only if a start failed between two steps. */
const MOST_RUNS = 5;

export interface OwnSeat extends Membership {
  /** All that live, as of the last beat. */
  seats(): readonly Seat[];
  leave(): Promise<void>;
}

export interface SeatParts {
  hubs: Hubs;
  hub: string;
  region: string;
  version: string;
  /** Whether hubs can hear each other: REDIS_URL is set. */
  broker: boolean;
  /** Its lock is held: whoever sat from here before is dead. */
  dataDir: string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  progress: (text: string) => void;
}

/** Rejects with Fault UNSUPPORTED, in words for who starts it, when another hub lives that it can not live with. */
export async function takeSeat(parts: SeatParts): Promise<OwnSeat> {
  const { hubs, hub, region, version, broker, clock, log, metrics } = parts;
  const seat: Seat = { hub, region, version, broker };
  const runs = earlierRuns(parts.dataDir, hub);
  let asked = instant(clock);
  let seats = await firstSeat(parts, seat, runs.gone, () => {
    asked = instant(clock);
  });
  runs.settled();
  let sure = until(asked);
  let term = 1;
  let left = false;
  let cancel = (): void => undefined;
  let beating: Promise<void> = Promise.resolve();
  let refused = false;
  const listeners = new Set<() => void>();
  metrics.gauge("hubs", "Hubs that live, as this one sees it", () => seats.length);
  log.info("hub.seated", { hub, others: seats.length - 1 });

  const isSure = (): boolean => clock.monotonic() < sure.monotonic && clock.now() < sure.now;

  function seated(now: Seat[], from: Instant, anew: boolean): void {
    // For a while nobody could say whether the seat was still this hub's: others may have taken what was its own.
    const lost = anew || !isSure();
    const same = now.length === seats.length && now.every((one, at) => one.hub === seats[at]?.hub);
    seats = now;
    sure = until(from);
    refused = false;
    if (lost) {
      term++;
      log.warn("hub.seated-again", { others: seats.length - 1 });
    }
    if (!same) log.info("hub.hubs", { hubs: seats.map((one) => one.hub) });
    if (lost || !same) for (const run of listeners) run();
  }

  async function beat(): Promise<number> {
    const from = instant(clock);
    try {
      const now = await hubs.beat(hub, SEAT_MS);
      // A hub that leaves has no seat to be sure of, and takes none again.
      if (left) return BEAT_MS;
      if (now !== undefined) {
        seated(now, from, false);
        return BEAT_MS;
      }
      const outcome = await hubs.join(seat, [], SEAT_MS);
      if ("seats" in outcome) seated(outcome.seats, from, true);
      else if (!refused) {
        refused = true;
        log.error("hub.unseated", { reason: inTheWay(seat, outcome.refusedBy) });
      }
      return BEAT_MS;
    } catch (error) {
      log.debug("hub.beat-failed", { reason: error instanceof Error ? error.message : String(error) });
      return RETRY_MS;
    }
  }

  async function beatOn(): Promise<void> {
    const wait = await beat();
    if (!left) plan(wait);
  }

  function plan(ms: number): void {
    cancel = clock.after(ms, () => {
      beating = beatOn();
    });
  }
  plan(BEAT_MS);

  return {
    hub,
    seats: () => seats,
    living: () => seats.map((one) => one.hub),
    term: () => (isSure() ? term : undefined),
    changed(run) {
      listeners.add(run);
      return () => listeners.delete(run);
    },
    async leave() {
      left = true;
      cancel();
      // It may join: what it leaves behind would count as living until it expires.
      await beating;
      await hubs.leave(hub);
    },
  };
}

/** By the clock that never jumps, and by the one that goes on while the machine sleeps. */
interface Instant {
  monotonic: number;
  now: number;
}

const instant = (clock: Clock): Instant => ({ monotonic: clock.monotonic(), now: clock.now() });

const until = ({ monotonic, now }: Instant): Instant => ({
  monotonic: monotonic + SEAT_MS - MARGIN_MS,
  now: now + SEAT_MS - MARGIN_MS,
});

/** Waits as long as who is in the way may be dead; one that beats meanwhile lives. */
async function firstSeat(
  { hubs, clock, progress }: SeatParts,
  seat: Seat,
  gone: readonly string[],
  asking: () => void,
): Promise<Seat[]> {
  const patience = clock.monotonic() + SEAT_MS + BEAT_MS;
  const ends = new Map<string, number>();
  for (;;) {
    asking();
    const outcome = await hubs.join(seat, gone, SEAT_MS);
    if ("seats" in outcome) return outcome.seats;
    const { refusedBy } = outcome;
    const beats = refusedBy.some((other) => (ends.get(other.hub) ?? other.until) < other.until);
    if (beats || clock.monotonic() > patience) throw new Fault("UNSUPPORTED", inTheWay(seat, refusedBy));
    if (ends.size === 0)
      progress(
        "Another hub was on this database a moment ago: waiting up to 10 s to see whether it still is …",
      );
    for (const other of refusedBy) ends.set(other.hub, other.until);
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
  }
}

function inTheWay(seat: Seat, others: readonly Seat[]): string {
  const named = others.map(({ hub, region }) => (region === "" ? hub : `${hub} in ${region}`)).join(", ");
  const which = seat.broker ? "it has no REDIS_URL" : "this one has no REDIS_URL";
  return (
    `Another hub runs on this database (${named}) and ${which}: hubs hear each other over Redis only. ` +
    "Set the same REDIS_URL for all of them, or stop the other one."
  );
}

/** Ids that hubs of this data folder sat under: whoever holds the folder's lock knows that they are dead. */
function earlierRuns(dataDir: string, hub: string): { gone: string[]; settled(): void } {
  const folder = join(dataDir, "run");
  const file = join(folder, "hub-ids");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let gone: string[] = [];
  try {
    gone = readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => /^[\w-]{1,64}$/.test(line));
  } catch (error) {
    // None before: the first start with this folder.
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  const write = (ids: readonly string[]) => writeFileSync(file, `${ids.join("\n")}\n`, { mode: 0o600 });
  // Written before it sits: a hub that dies in between is known to the next all the same.
  write([...gone, hub].slice(-MOST_RUNS));
  return { gone, settled: () => write([hub]) };
}
