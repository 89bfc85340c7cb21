/** Samples from a real agent to the store: while the hub lives, when it is killed and away, when the agent is killed. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { linesOf, rowsOf } from "../../apps/agent/src/buffer/record.ts";
import { visitEmbeddedPostgres } from "../../apps/hub/src/adapters/store/embedded/visit.ts";
import { openStoreHistory, RETENTION } from "../../apps/hub/src/adapters/store/history/history.ts";
import { systemClock } from "../../apps/hub/src/clock.ts";
import type { History } from "../../apps/hub/src/core/ports/history.ts";
import type { Log, Metrics } from "../../apps/hub/src/core/ports/process.ts";
import { type Address, run as sql } from "../engines/databases.ts";
import type { Actor } from "../telegram/actor.ts";
import type { Agent } from "./agents.ts";
import { PATIENCE_MS } from "./process.ts";
import { type ApartSystem, ask, labels, openApart } from "./system.ts";

const SECOND = 1_000;

let system: ApartSystem;
let ann: Actor;
let agent: Agent;
let database: Address;
let history: History;
let serverId = "";
const began = Date.now();
/** When each sample was measured, by the agent's clock: all that ever stood in its buffer, by number. */
const measured = new Map<number, number>();

/** Tries until there is something. What is waited for happens in other processes, so there is no event to wait on. */
async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    assert.ok(Date.now() < end, `never: ${what}; the agent wrote:\n${agent.process.output().slice(-2_000)}`);
    await wait(50);
  }
}

/** Looks into the agent's buffer: whatever it measured and has not thrown away since. */
function lookIntoBuffer(): void {
  const folder = join(system.folder, "agent-web-1/samples");
  const rows = readdirSync(folder).flatMap((name) =>
    rowsOf(linesOf(readFileSync(join(folder, name), "utf8"))),
  );
  for (const { seq, at } of rows) measured.set(seq, at);
}

/** Waits until the agent has measured so many more. */
async function measuresOn(more: number): Promise<void> {
  lookIntoBuffer();
  const before = measured.size;
  await until(`${more} samples more in the agent's buffer`, () => {
    lookIntoBuffer();
    return measured.size >= before + more ? true : undefined;
  });
}

/** Numbers and times of the samples in the store, in order; each row as often as it stands there. */
async function stored(): Promise<Array<{ seq: number; at: number }>> {
  const rows = await sql(database, "select seq, at from history_samples order by seq, at");
  return rows.map(({ seq, at }) => ({ seq: Number(seq), at: Number(at) }));
}

/** All that was measured until now is in the store, once, at its time; and nothing else is. */
async function allKept(t: TestContext, what: string): Promise<void> {
  lookIntoBuffer();
  const wanted = [...measured.keys()];
  const rows = await until(`${what}: ${wanted.length} samples in the store`, async () => {
    const kept = await stored();
    const numbers = new Set(kept.map(({ seq }) => seq));
    return wanted.every((seq) => numbers.has(seq)) ? kept : undefined;
  });
  lookIntoBuffer();
  const numbers = rows.map(({ seq }) => seq);
  assert.equal(new Set(numbers).size, numbers.length, `doubled: ${numbers.join(" ")}`);
  for (const { seq, at } of rows) {
    const then = measured.get(seq);
    assert.ok(then !== undefined, `number ${seq} was never measured`);
    assert.ok(Math.abs(at - then) < 5 * SECOND, `number ${seq} stands ${at - then} ms beside its time`);
  }
  const times = rows.map(({ at }) => at);
  assert.deepEqual(times, times.toSorted(), "the order of the numbers is that of the times");
  t.diagnostic(`${what}: ${rows.length} samples, ${numbers.at(0)} to ${numbers.at(-1)}`);
}

/** Whole numbers from the first to the last, none missing. */
function assertUnbroken(numbers: readonly number[]): void {
  const [first = 0] = numbers;
  assert.deepEqual(
    numbers,
    numbers.map((_, at) => first + at),
  );
}

/** A measure over the whole test, as fine as it was kept. */
async function line(key: string) {
  const now = Date.now();
  const [found] = await history.query({
    ...{ serverIds: [serverId], series: [{ key }], from: began - 60 * SECOND, to: now + 60 * SECOND },
    points: 600,
  });
  return found;
}

before(async () => {
  system = await openApart({ env: { SERVEREYE_ADMINS: "1" } });
  const hub = await system.startHub();
  agent = system.startAgent(
    "web-1",
    { url: hub.agentUrl, hubKey: hub.hubKey, enrol: hub.enrol },
    { SERVEREYE_AGENT_INTERVAL: "1" },
  );
  await hub.ready;
  system.secrets.add(agent.key());
  const told = await agent.process.line((one) => one.includes('"agent.started"'));
  serverId = /"serverId":"([0-9a-f]{32})"/.exec(told)?.[1] ?? "";
  ann = system.emulator.control.person({ id: 1, firstName: "Ann" });
  const found = await visitEmbeddedPostgres(join(system.folder, "data"));
  assert.ok(found !== undefined, "the hub's database is not to be found");
  database = found;
  const none = (): void => undefined;
  const log: Log = { debug: none, info: none, warn: none, error: none };
  const metrics: Metrics = { command: none, count: none, gauge: none };
  history = openStoreHistory({
    ...{ connection: found, clock: systemClock, log, metrics, retention: RETENTION },
    ...{ quantumOf: () => 0.1, deadlines: { connection: PATIENCE_MS, statement: PATIENCE_MS } },
  });
  system.onClose(() => history.close());
});
after(() => system.close());

describe("a server's samples", () => {
  it("come as they are measured, and can be asked for and charted", async (t) => {
    await until("three samples in the store", async () => ((await stored()).length >= 3 ? true : undefined));
    await allKept(t, "a hub that lives");
    assertUnbroken([...measured.keys()].sort((a, b) => a - b));
    const uptime = await line("uptime.seconds");
    const there = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
    const last = uptime?.points.findLast(({ value }) => value !== null)?.value?.last ?? Number.NaN;
    assert.ok(last <= Math.ceil(there) && last > there - 60, `${last} s of ${there} s`);
    const chart = await ask(ann, "/chart memory 1h");
    assert.equal(chart.kind, "photo", chart.text);
    assert.deepEqual([...(chart.media?.bytes.subarray(1, 4) ?? [])], [...Buffer.from("PNG")]);
    const first = Math.min(...measured.values());
    const since = new Date(first).toISOString().slice(0, 16).replace("T", " ");
    assert.ok(chart.text.includes(`Measured since ${since} UTC`), chart.text);
    assert.ok(labels(chart).includes("24 h"), labels(chart).join(", "));
  });

  it("measured while the hub is dead are all there when it is back, each once", async (t) => {
    await system.hub().process.end("SIGKILL");
    const died = agent.process.lines();
    await measuresOn(4);
    await system.startHub();
    await agent.connected(died);
    await measuresOn(1);
    await allKept(t, "a hub that was killed");
    assertUnbroken([...measured.keys()].sort((a, b) => a - b));
    const load = await line("cpu.load1");
    const kept = (load?.points ?? []).reduce((sum, { value }) => sum + (value?.count ?? 0), 0);
    assert.ok(kept >= measured.size - 2, `${kept} of ${measured.size} values`);
  });

  it("go on when their agent is killed and started again, none lost and none doubled", async (t) => {
    await measuresOn(1);
    await agent.process.end("SIGKILL");
    lookIntoBuffer();
    const before = Math.max(...measured.keys());
    agent = agent.again();
    await agent.connected();
    await measuresOn(2);
    await allKept(t, "an agent that was killed");
    const after = [...measured.keys()].filter((seq) => seq > before);
    assertUnbroken(after.sort((a, b) => a - b));
    assert.ok(after.length >= 2);
  });
});
