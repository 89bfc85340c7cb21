/** Three hubs behind a balancer on PostgreSQL and Redis: any serves anybody, and any part may be killed. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Health } from "@servereye/contract";
import { chanceOf } from "../chaos/chance.ts";
import { populate, roll } from "../chaos/chaos.ts";
import { check } from "../chaos/checker.ts";
import type { Disturbance, Target } from "../chaos/history.ts";
import { createTraffic, type Person, type Traffic } from "../chaos/traffic.ts";
import { needs } from "../engines.ts";
import type { ChatMessage } from "../telegram/message.ts";
import { type Cluster, type HubMember, openCluster } from "./cluster.ts";
import { PATIENCE_MS } from "./process.ts";
import { ask, press } from "./system.ts";

/** What an outage's faults may be told for after it was mended, and how much a shared look may be older; ms. */
const ALLOWED = { recoveryMs: 15_000, sharedMs: 600 };

let cluster: Cluster;
let persons: Person[];

/** One value of a hub's own metrics, summed over its labels; 0 where it has none yet. */
async function metric(hub: HubMember, name: string): Promise<number> {
  const text = await (await fetch(`${hub.url}/metrics`)).text();
  return text
    .split("\n")
    .filter((line) => line.startsWith(`servereye_${name}{`) || line.startsWith(`servereye_${name} `))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

const health = async (hub: HubMember): Promise<Health> =>
  Health.parse(await (await fetch(`${hub.url}/health`)).json());

/** Tries until it is so; each try ends before the next begins. */
async function until<T>(what: string, look: () => Promise<T | undefined>, ms = PATIENCE_MS): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    assert.ok(Date.now() < end, `${what}: not within ${ms} ms`);
    await wait(50);
  }
}

const living = (): HubMember[] => cluster.hubs.filter(({ up, paused }) => up && !paused);

/** The hub that polls Telegram. */
const leader = (): Promise<HubMember> =>
  until("a hub that polls Telegram", async () => {
    for (const hub of living()) if ((await metric(hub, "telegram_leader")) === 1) return hub;
    return undefined;
  });

/** How many agents the living hubs hold, each. */
const held = (): Promise<number[]> =>
  Promise.all(living().map(async (hub) => (await health(hub)).agents.connected));

/** Every agent is at a hub that lives, and none at two. */
const allHeld = () =>
  until("every agent at one hub", async () => {
    const sum = (await held()).reduce((all, one) => all + one, 0);
    return sum === cluster.agents.length ? true : undefined;
  });

function broke(target: Target, what: string): Disturbance {
  return { target, what, at: Date.now(), until: undefined };
}

/** Everybody asks every server of theirs, between two marks. */
function everybodyAsks(traffic: Traffic): void {
  for (const person of persons) {
    traffic.mark(person);
    for (const server of person.servers) traffic.ask(person, server);
    traffic.mark(person);
  }
}

/** Asks once and waits for its end: true when the agent answered. */
async function answeredBy(traffic: Traffic, person: Person, server: string): Promise<true | undefined> {
  traffic.ask(person, server);
  await traffic.drained(PATIENCE_MS);
  const { said } = traffic.history([]);
  const { meaning } = said.findLast(({ chat }) => chat === person.actor.id) ?? {};
  if (meaning?.kind === "answer") return true;
  // Nobody may write faster than four times a second.
  await wait(250);
  return undefined;
}

/** Waits for the end of everything and fails on any violation; gives the figures. */
async function judged(traffic: Traffic, disturbances: readonly Disturbance[] = []) {
  await traffic.drained(60_000);
  const { violations, figures } = check(traffic.history(disturbances), ALLOWED);
  assert.deepEqual(violations, []);
  return figures;
}

describe("three hubs", needs("postgres15", "redis"), () => {
  before(async () => {
    cluster = await openCluster({ hubs: 3 });
    // Ten: that hashing gives them all to one hub comes about once in twenty thousand runs.
    persons = await populate(cluster, { agents: 3, persons: 10 });
    // A hub learns of one that came after it with its next beat.
    for (const hub of cluster.hubs)
      await until("each hub sees all", async () => ((await metric(hub, "hubs")) === 3 ? true : undefined));
  });
  after(() => cluster?.close());

  it("share agents and persons: each question finds its way through whichever two", async () => {
    assert.deepEqual(await held(), [1, 1, 1]);
    const before = await Promise.all(cluster.hubs.map((hub) => metric(hub, "telegram_updates_total")));
    const traffic = createTraffic(cluster, persons);
    everybodyAsks(traffic);
    const figures = await judged(traffic);
    assert.equal(figures.ok, figures.invoked);
    const after = await Promise.all(cluster.hubs.map((hub) => metric(hub, "telegram_updates_total")));
    // Which chat is whose is by hashing, so it need not be every hub; with one hub for all, nothing would cross.
    assert.ok(after.filter((count, at) => count > (before[at] ?? 0)).length >= 2, `${before} then ${after}`);
  });

  it("one polls Telegram, and only one", async () => {
    await leader();
    const leads = await Promise.all(cluster.hubs.map((hub) => metric(hub, "telegram_leader")));
    assert.equal(
      leads.reduce((sum, one) => sum + one, 0),
      1,
    );
  });

  it("one is killed: its agents go to the others, what it had in hand is done by them", async (t) => {
    const traffic = createTraffic(cluster, persons);
    const chosen = cluster.hubs.find((hub) => hub.up) ?? cluster.hubs[0];
    assert.ok(chosen !== undefined);
    everybodyAsks(traffic);
    const killed = broke("hub", "kill");
    await chosen.kill();
    everybodyAsks(traffic);
    await allHeld();
    t.diagnostic(`agents elsewhere after ${Date.now() - killed.at} ms`);
    await traffic.drained(60_000);
    t.diagnostic(`everything taken over and ended after ${Date.now() - killed.at} ms`);
    killed.until = Date.now();
    await chosen.start();
    await judged(traffic, [killed]);
  });

  it("the one that polls is killed: another does within 10 s, and nothing written meanwhile is lost", async (t) => {
    const traffic = createTraffic(cluster, persons);
    const first = await leader();
    const killed = broke("hub", "kill");
    await first.kill();
    for (const person of persons) traffic.mark(person);
    const next = await leader();
    const tookMs = Date.now() - killed.at;
    t.diagnostic(`another polls after ${tookMs} ms`);
    assert.notEqual(next.name, first.name);
    assert.ok(tookMs <= 10_000, `${tookMs} ms`);
    await first.start();
    killed.until = Date.now();
    await judged(traffic, [killed]);
    await allHeld();
  });

  it("Redis is killed and comes back empty: presence and ways are there again", async (t) => {
    const traffic = createTraffic(cluster, persons);
    everybodyAsks(traffic);
    const killed = broke("redis", "kill");
    await cluster.redis.kill();
    everybodyAsks(traffic);
    await wait(500);
    await cluster.redis.start();
    const back = Date.now();
    for (const person of persons.slice(0, 2))
      for (const server of person.servers)
        await until(`an answer of ${server}`, () => answeredBy(traffic, person, server));
    killed.until = Date.now();
    t.diagnostic(`whole again ${killed.until - back} ms after Redis was`);
    await judged(traffic, [killed]);
  });

  it("a button works whichever hub shows its answer, also after that hub is gone", async () => {
    const [person] = persons;
    const [server] = person?.servers ?? [];
    assert.ok(person !== undefined && server !== undefined);
    const shown: ChatMessage = await ask(person.actor, `/temp ${server}`);
    for (const hub of cluster.hubs) {
      await hub.stop();
      await allHeld();
      const { message } = await press(person.actor, "🔄 Refresh");
      assert.equal(message.messageId, shown.messageId);
      assert.match(message.text, new RegExp(`Temperature · ${server}`));
      await hub.start();
    }
    await allHeld();
  });

  it("are restarted one after the other under traffic: every command ends once, none twice", async (t) => {
    const traffic = createTraffic(cluster, persons);
    const enough = traffic.go(chanceOf(1));
    const { disturbances, failures } = await roll(cluster, 2, (line) => t.diagnostic(line));
    await enough();
    assert.deepEqual(failures, []);
    const figures = await judged(traffic, disturbances);
    assert.equal(figures.doubled, 0);
    t.diagnostic(JSON.stringify(figures));
  });
});
