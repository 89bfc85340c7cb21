/** The brokers and presence boards of several regions as one: the own region first, the others where it must be. */
import { Fault } from "@servereye/contract";
import type { Broker, Presence, PresenceBoard } from "../../core/ports/broker.ts";
import type { Metrics } from "../../core/ports/process.ts";
import { type Outcome, type ReachedRegion, type Region, type RegionParts, reachRegion } from "./region.ts";

export interface RegionsParts extends RegionParts {
  metrics: Pick<Metrics, "gauge">;
  own: Region;
  /** Regions with other names and brokers than the own one. */
  others: readonly Region[];
}

/**
 * How far a message goes, by the kind of its channel.
 * - one: somebody is to have it. The own region first; where nobody there had it, all others at the same time.
 * - all: every region.
 * - own: the own region alone.
 */
type Reach = "one" | "all" | "own";
const REACH: Readonly<Record<string, Reach>> = {
  line: "all",
  paired: "all",
  telegram: "all",
  // For every hub that has a seat for the agent: the one that passes it on has one itself, in its own region.
  original: "all",
  heartbeat: "own",
};

/**
 * Kinds that are listened to in every region: who answers a hub does so in the region of its own first. All other
 * channels are listened to in the own region, where agents that are near have come in.
 */
const EVERYWHERE: ReadonlySet<string> = new Set(["resp"]);

const kindOf = (channel: string): string => channel.split(":")[0] ?? "";

/**
 * A region that is away, or that does not answer within REGION_DEADLINE_MS, counts as nobody when others received the
 * message. When nobody did, it might have been somebody there: Fault BROKER_UNAVAILABLE (values `regions`, the names),
 * so that no server is called offline that is only out of sight. A message goes to each region once at most, and one
 * that a region did not confirm in time may still arrive there: whatever must not come late carries its expiry.
 */
export function joinRegions(parts: RegionsParts): { broker: Broker; presence: PresenceBoard } {
  const own = reachRegion(parts.own, parts);
  const others = parts.others.map((region) => reachRegion(region, parts));
  const brokers = [parts.own, ...parts.others].map(({ broker }) => broker);
  let closed = false;
  parts.metrics.gauge("broker_regions_down", "Other regions whose broker is away.", () => {
    const down = others.filter(({ away }) => away).length;
    // Where nobody asks across regions, whoever watches the figure finds out all the same: the next time.
    for (const region of others) region.look();
    return down;
  });

  async function publish(channel: string, message: string): Promise<number> {
    if (closed) throw new Fault("BROKER_UNAVAILABLE", "the broker is closed");
    const reach = REACH[kindOf(channel)] ?? "one";
    const tell = (region: ReachedRegion) => region.call(({ broker }) => broker.publish(channel, message));
    const received = reach === "all" ? [] : [{ region: own, outcome: await tell(own) }];
    if (reach === "all") received.push(...(await each([own, ...others], tell)));
    else if (reach === "one" && sum(received) === 0) received.push(...(await each(others, tell)));
    const inAll = sum(received);
    if (inAll === 0) complainOfAway(received, "nobody received it");
    return inAll;
  }

  /** What is only shown waits once for a region that is away, not each time somebody looks. */
  function near(): ReachedRegion[] {
    for (const region of others) if (region.away) region.look();
    return others.filter(({ away }) => !away);
  }

  const broker: Broker = {
    publish,
    async subscribe(channel, handler) {
      const subscription = await parts.own.broker.subscribe(channel, handler);
      if (!EVERYWHERE.has(kindOf(channel))) return subscription;
      const far = others.map((region) => region.subscribe(channel, handler));
      await Promise.all(far.map(({ tried }) => tried));
      return {
        async close() {
          await Promise.all([subscription, ...far].map((one) => one.close()));
        },
      };
    },
    restored(run) {
      const ends = brokers.map((one) => one.restored(run));
      return () => {
        for (const end of ends) end();
      };
    },
    async check() {
      for (const region of others) region.look();
      await parts.own.broker.check();
    },
    async close() {
      closed = true;
      for (const region of [own, ...others]) region.close();
      await Promise.all(brokers.map((one) => one.close()));
    },
  };

  const presence: PresenceBoard = {
    put: (entry) => parts.own.presence.put(entry),
    remove: (serverId, hub, since) => parts.own.presence.remove(serverId, hub, since),
    async get(serverIds) {
      const asked = await own.call((region) => region.presence.get(serverIds));
      const found = new Map<string, Presence>("value" in asked ? asked.value : []);
      const missing = serverIds.filter((serverId) => !found.has(serverId));
      if (missing.length === 0) return found;
      const far = await each(near(), (region) => region.call((one) => one.presence.get(missing)));
      for (const { outcome } of far)
        if ("value" in outcome)
          for (const [serverId, entry] of outcome.value) keepLatest(found, serverId, entry);
      // The own board holds most of what is asked for: without it, what is missing is not known to be away.
      if ("fault" in asked && found.size < serverIds.length) throw asked.fault;
      return found;
    },
    async count() {
      const counted = await each([own, ...near()], (region) => region.call((one) => one.presence.count()));
      if (counted.every(({ outcome }) => "fault" in outcome)) complainOfAway(counted, "nobody counts");
      return sum(counted);
    },
    unseen: () => others.filter(({ away }) => away).map(({ name }) => name),
  };

  return { broker, presence };
}

interface Told<T> {
  region: ReachedRegion;
  outcome: Outcome<T>;
}

const each = <T>(
  regions: readonly ReachedRegion[],
  ask: (region: ReachedRegion) => Promise<Outcome<T>>,
): Promise<Told<T>[]> => Promise.all(regions.map(async (region) => ({ region, outcome: await ask(region) })));

const sum = (told: readonly Told<number>[]): number =>
  told.reduce((all, { outcome }) => all + ("value" in outcome ? outcome.value : 0), 0);

/** Throws when a region could not be asked. */
function complainOfAway(told: readonly Told<unknown>[], what: string): void {
  const away = told.flatMap(({ region, outcome }) =>
    "fault" in outcome ? [{ name: region.name, cause: outcome.fault }] : [],
  );
  const [first] = away;
  if (first === undefined) return;
  const regions = away.map(({ name }) => name).join(", ");
  throw new Fault("BROKER_UNAVAILABLE", `${what}, and region ${regions} could not be asked`, {
    values: { regions },
    cause: first.cause,
  });
}

/** A server that changed its region a moment ago stands on two boards. */
function keepLatest(found: Map<string, Presence>, serverId: string, entry: Presence): void {
  const before = found.get(serverId);
  if (before === undefined || before.since < entry.since) found.set(serverId, entry);
}
