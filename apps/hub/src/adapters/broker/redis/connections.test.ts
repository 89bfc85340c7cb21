/** Which servers are believed to keep what, when those who tell of it disagree or say nothing. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { keptLog, readMetrics, turnedClock } from "../../../core/fleet/doubles.test-code.ts";
import { openConnections } from "./connections.ts";
import { SLOTS } from "./slot.ts";
import type { View } from "./view.ts";
import { unavailable, type Wire } from "./wire.ts";

const turns = () => new Promise<void>((done) => setImmediate(done));
const masterAt = (port: number, epoch: number): View => ({
  epoch,
  nodes: [{ at: { host: "h", port }, slots: [[0, SLOTS - 1]] }],
});

async function opened() {
  const clock = turnedClock();
  const log = keptLog();
  const told: { kept: View | Error; all: View | Error } = { kept: masterAt(1, 5), all: masterAt(1, 5) };
  const asked = { kept: 0, all: 0 };
  const lines: Array<{ port: number; wire: Wire; lose(error: unknown): void }> = [];
  const refused = new Set<number>();
  const moved = new Set<number>();
  const held = new Map<number, Promise<void>>();
  let restored = 0;
  const connections = await openConnections({
    views: {
      changing: true,
      async look(afresh) {
        const who = afresh ? "all" : "kept";
        asked[who] += 1;
        const view = told[who];
        if (view instanceof Error) throw view;
        return view;
      },
      close: () => undefined,
    },
    wanted: { has: () => false, keys: () => [], slotOf: () => 0 },
    async open({ at, lost }) {
      if (refused.has(at.port)) throw unavailable("refused");
      await held.get(at.port);
      let alive = true;
      const end = (): void => {
        alive = false;
      };
      const wire: Wire = {
        get alive() {
          return alive;
        },
        async call() {
          if (moved.has(at.port)) throw unavailable("refused", new Error("MOVED 0 h:1"));
          return at.port;
        },
        join: async () => undefined,
        part: async () => undefined,
        drop: end,
        fail: end,
      };
      const lose = (error: unknown) => {
        end();
        lost(error);
      };
      lines.push({ port: at.port, wire, lose });
      return wire;
    },
    writable: async () => undefined,
    heard: () => undefined,
    random: () => 0.5,
    clock,
    log,
    metrics: readMetrics(),
  });
  connections.restored(() => {
    restored += 1;
  });
  return {
    ...{ asked, clock, connections, held, lines, log, moved, refused, told },
    restored: () => restored,
    alive: () => lines.filter(({ wire }) => wire.alive).map(({ port }) => port),
    async turn(ms: number) {
      clock.turn(ms);
      await turns();
    },
  };
}

it("believes a later word, and asks everybody when one speaks of the past", async () => {
  const { alive, asked, connections, restored, told, turn } = await opened();
  assert.deepEqual(alive(), [1, 1]);
  // Cut off from the others, this one still names the master before.
  told.kept = masterAt(9, 4);
  await turn(1_000);
  assert.deepEqual([alive(), asked.all], [[1, 1], 2]);
  told.kept = masterAt(2, 6);
  told.all = told.kept;
  await turn(1_000);
  assert.deepEqual(alive(), [2, 2]);
  assert.equal(await connections.call(7, ["PING"]), 2);
  assert.equal(restored(), 1);
  await connections.close();
  assert.deepEqual(alive(), []);
});

it("keeps what stands while nobody tells who is who", async () => {
  const { alive, connections, restored, told, turn } = await opened();
  told.kept = new Error("no Sentinel answers");
  told.all = told.kept;
  for (let i = 0; i < 5; i++) await turn(1_000);
  assert.deepEqual(alive(), [1, 1]);
  await connections.check();
  assert.equal(restored(), 0);
  await connections.close();
});

it("makes a lost connection again at once, then ever more slowly up to half a second, and tells once", async () => {
  const { alive, clock, connections, lines, log, refused, restored, turn } = await opened();
  await turn(1_000);
  refused.add(1);
  lines[0]?.lose(new Error("gone"));
  await turns();
  // The other one is still good: only what is missing is made.
  assert.deepEqual(alive(), [1]);
  await assert.rejects(connections.call(0, ["PING"]), { code: "BROKER_UNAVAILABLE" });
  for (let i = 0; i < 10; i++) await turn(500);
  const before = clock.ran();
  await turn(5_000);
  assert.ok(clock.ran() - before <= 2, "one wait at a time");
  refused.clear();
  await turn(500);
  assert.deepEqual(alive(), [1, 1]);
  assert.equal(restored(), 1);
  assert.deepEqual(
    log.events.map(({ event }) => event),
    ["broker.away", "broker.restored"],
  );
  await connections.close();
});

it("lets a listener that throws neither keep it from others nor undo what stands", async () => {
  const { connections, lines, log, restored, turn } = await opened();
  connections.restored(() => {
    throw new Error("a broken listener");
  });
  let later = 0;
  connections.restored(() => {
    later += 1;
  });
  await turn(1_000);
  lines[1]?.lose(new Error("gone"));
  await turns();
  await turn(500);
  assert.deepEqual([restored(), later], [1, 1]);
  assert.ok(log.events.some(({ event }) => event === "broker.listener_threw"));
  await connections.check();
  await connections.close();
});

it("keeps no connection to a server whose slots went elsewhere while it was being reached", async () => {
  const { alive, connections, held, lines, moved, told, turn } = await opened();
  const half = SLOTS / 2;
  told.all = {
    epoch: 6,
    nodes: [
      { at: { host: "h", port: 1 }, slots: [[0, half - 1]] },
      { at: { host: "h", port: 2 }, slots: [[half, SLOTS - 1]] },
    ],
  };
  told.kept = told.all;
  await turn(1_000);
  assert.deepEqual(alive(), [1, 1, 2, 2]);
  const reached = Promise.withResolvers<void>();
  held.set(2, reached.promise);
  for (const line of lines) if (line.port === 2) line.lose(new Error("reset"));
  await turn(0);
  await turn(500);
  told.all = masterAt(1, 7);
  told.kept = told.all;
  moved.add(1);
  const asking = connections.call(0, ["PING"]);
  moved.delete(1);
  assert.equal(await asking, 1);
  reached.resolve();
  await turn(500);
  await turn(1_000);
  assert.deepEqual(alive(), [1, 1]);
  await connections.close();
});
