/** Events on their way: told until acknowledged, few at once, the newest of a topic alone, kept over restarts. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import {
  type AgentEvent,
  keyPairOf,
  MOST_UNACKED_EVENTS,
  randomBytes,
  verifierOf,
  verifyEvent,
} from "@servereye/contract";
import { TurnedClock } from "../turned-clock.fixture.ts";
import { identityOf, watchedLog } from "./agent.fixture.ts";
import { AGAIN_MS, EventQueue, MOST_EVENTS } from "./events.ts";

async function bench(left: EventQueue["state"] = { seq: 0, bootId: "", waiting: [] }) {
  const clock = new TurnedClock();
  const identity = await identityOf(await keyPairOf(randomBytes(32)));
  const { log, events: logged } = watchedLog();
  const queue = new EventQueue({
    ...{ identity, clock, log, left, uuid: randomUUID, bootId: "boot", changed: () => undefined },
    hubTime: { now: () => 5_000 },
  });
  const told: AgentEvent[] = [];
  return {
    ...{ clock, identity, queue, told, logged },
    hub: { tell: (event: AgentEvent) => void told.push(event) },
    put: (topic: string, n = 0) => queue.put({ type: "probe.told", topic, at: clock.now(), payload: { n } }),
    /** Resolves when so many were told. */
    async until(count: number) {
      while (told.length < count) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test("is signed for its server, says how long ago it was, and is forgotten once it is acknowledged", async () => {
  const b = await bench();
  b.put("a", 7);
  b.clock.turn(3_000);
  b.queue.open(b.hub);
  await b.until(1);
  const [event] = b.told;
  assert.ok(event !== undefined);
  assert.deepEqual(
    [event.seq, event.bootId, event.timestamp, event.payload],
    [1, "boot", 5_000, { n: 7, agoMs: 3_000 }],
  );
  assert.ok(await verifyEvent(await verifierOf(b.identity.keyPair.publicKey), b.identity.serverId, event));
  b.queue.acked(randomUUID());
  assert.equal(b.queue.state.waiting.length, 1);
  b.queue.acked(event.id);
  assert.equal(b.queue.state.waiting.length, 0);
});

test("of a topic the newest alone is told; an ack for an older one does not forget it", async () => {
  const b = await bench();
  b.queue.open(b.hub);
  b.put("a", 1);
  await b.until(1);
  b.put("a", 2);
  await b.until(2);
  b.queue.acked(b.told[0]?.id ?? "");
  assert.deepEqual(
    b.queue.state.waiting.map(({ seq, payload }) => [seq, payload]),
    [[2, { n: 2 }]],
  );
});

test("few are on their way at once; what nobody acknowledges is told again, also by the next connection", async () => {
  const b = await bench();
  b.queue.open(b.hub);
  for (let n = 0; n < 40; n++) b.put(`topic ${n}`);
  await b.until(MOST_UNACKED_EVENTS);
  b.queue.acked(b.told[0]?.id ?? "");
  await b.until(MOST_UNACKED_EVENTS + 1);
  await b.clock.set((ms) => ms === AGAIN_MS);
  b.clock.turn(AGAIN_MS);
  await b.until(2 * MOST_UNACKED_EVENTS + 1);
  assert.equal(b.told[MOST_UNACKED_EVENTS + 1]?.id, b.told[1]?.id, "the same id: the hub knows it again");
  b.queue.close();
  const before = b.told.length;
  const later = await bench(JSON.parse(JSON.stringify(b.queue.state)));
  later.queue.open(later.hub);
  await later.until(MOST_UNACKED_EVENTS);
  assert.equal(later.told[0]?.id, b.told[1]?.id);
  assert.equal(b.told.length, before);
  later.put("new");
  assert.equal(later.queue.state.seq, 41, "numbers go on within a boot");
});

test("more than fit are let go of, the oldest first, and the log says so", async () => {
  const b = await bench();
  for (let n = 0; n <= MOST_EVENTS; n++) b.put(`topic ${n}`);
  assert.equal(b.queue.state.waiting.length, MOST_EVENTS);
  assert.deepEqual(
    b.logged.map(({ event, fields }) => [event, fields.topic]),
    [["events.dropped", "topic 0"]],
  );
});
