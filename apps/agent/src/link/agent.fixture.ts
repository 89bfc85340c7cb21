/** An agent's link and serving with a clock turned by hand, a memory disk and a log that can be waited on. */
import type { Collector, Host } from "@servereye/commands/agent";
import { type KeyPair, keyPairOf, randomBytes, serverIdOf, toBase64Url } from "@servereye/contract";
import { MemoryDisk } from "../disk.fixture.ts";
import type { Identity } from "../key.ts";
import type { Log } from "../log.ts";
import type { Pin } from "../pin.ts";
import { HubTime } from "../serve/hub-time.ts";
import { Journal } from "../serve/journal.ts";
import { Serve } from "../serve/serve.ts";
import { TurnedClock } from "../turned-clock.fixture.ts";
import type { Fields } from "../words.ts";
import { diagnose } from "./diagnose.ts";
import { type Link, link } from "./link.ts";

export const JOURNAL = "/data/seen.log";

export interface Wish {
  url: string;
  hubKey?: string;
  enrol?: string;
  pair?: boolean;
  /** The key of a hub that let it in before. */
  enrolledAt?: string;
  random?: () => number;
  allow?: string[];
  collectors?: Collector[];
  /** What an earlier life left. */
  disk?: MemoryDisk;
  keyPair?: KeyPair;
}

export interface TestAgent {
  link: Link;
  identity: Identity;
  clock: TurnedClock;
  hubTime: HubTime;
  disk: MemoryDisk;
  pins: Pin[];
  events: { event: string; fields: Fields }[];
  /** The fields of the next event of this name that was not seen yet. */
  saw(event: string): Promise<Fields>;
  /** The ms until it dials again. */
  retry(): Promise<number>;
}

export async function identityOf(keyPair: KeyPair): Promise<Identity> {
  return {
    keyPair,
    publicKey: toBase64Url(keyPair.publicKey),
    serverId: await serverIdOf(keyPair.publicKey),
  };
}

/** A log whose events can be waited for, each once. */
export function watchedLog() {
  const events: { event: string; fields: Fields }[] = [];
  const unseen: typeof events = [];
  const waiting = new Set<() => void>();
  const write = (event: string, fields: Fields = {}): void => {
    events.push({ event, fields });
    unseen.push({ event, fields });
    for (const wake of waiting) wake();
    waiting.clear();
  };
  const log: Log = { info: write, warn: write, error: write };
  const saw = async (event: string): Promise<Fields> => {
    for (;;) {
      const at = unseen.findIndex((one) => one.event === event);
      if (at >= 0) return unseen.splice(at, 1)[0]?.fields ?? {};
      await new Promise<void>((resolve) => waiting.add(resolve));
    }
  };
  return { log, events, saw };
}

export async function agentOf(wish: Wish): Promise<TestAgent> {
  const clock = new TurnedClock();
  const disk = wish.disk ?? new MemoryDisk();
  const identity = await identityOf(wish.keyPair ?? (await keyPairOf(randomBytes(32))));
  const { log, events, saw } = watchedLog();
  const pins: Pin[] = [];
  const hubTime = new HubTime(clock);
  // Only `now` is what the commands of these tests look at.
  const host = { now: () => clock.now() } as Host;
  const serve = new Serve({
    identity,
    collectors: wish.collectors ?? [],
    host,
    allow: wish.allow ?? [],
    journal: await Journal.open(disk, JOURNAL, log),
    hubTime,
    clock,
    log,
  });
  const going = link({
    url: wish.url,
    identity,
    hubKey: wish.hubKey,
    pin: wish.enrolledAt === undefined ? undefined : { hubKey: wish.enrolledAt, serverId: identity.serverId },
    enrol: wish.enrol,
    pair: wish.pair ?? false,
    facts: () => ({
      version: "0.1.0",
      runtime: "node 24",
      os: "Debian",
      arch: "x64",
      hostname: "web-1",
      bootId: "b",
      allow: [],
      commands: [],
    }),
    serve,
    hubTime,
    keepPin: async (pin) => {
      pins.push(pin);
    },
    clock,
    random: wish.random ?? Math.random,
    WebSocket,
    diagnose,
    log,
  });
  const retry = async () => {
    const ms = Number((await saw("link.lost")).retryMs);
    await clock.set((one) => one === ms);
    return ms;
  };
  return { link: going, identity, clock, hubTime, disk, pins, events, saw, retry };
}
