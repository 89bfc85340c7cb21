/** What every broker and presence board must keep to, run against each implementation. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Fault, SILENCE_MS } from "@servereye/contract";
import type { Broker, Presence, PresenceBoard, Subscription } from "../../core/ports/broker.ts";

/** A clock that the suite turns; real engines that count by their own clock turn theirs along. */
export interface TurnedBoard {
  board: PresenceBoard;
  now(): number;
  turn(ms: number): void | Promise<void>;
}

/** Collects what a subscription hears, and waits for the n-th. */
function inbox() {
  const heard: string[] = [];
  const waiting: Array<{ n: number; done: (all: string[]) => void }> = [];
  return {
    heard,
    handler(message: string): void {
      heard.push(message);
      for (const w of waiting) if (heard.length >= w.n) w.done([...heard]);
    },
    until: (n: number) =>
      new Promise<string[]>((done) => (heard.length >= n ? done([...heard]) : waiting.push({ n, done }))),
  };
}

const unavailable = (error: unknown) => error instanceof Fault && error.code === "BROKER_UNAVAILABLE";

export function brokerContract(name: string, make: () => Promise<Broker>): void {
  describe(`broker: ${name}`, () => {
    let broker: Broker;
    beforeEach(async () => {
      broker = await make();
    });
    afterEach(() => broker.close());

    it("tells a publisher that nobody listens", async () => {
      assert.equal(await broker.publish("cmd:nobody", "x"), 0);
    });

    it("delivers to every subscription of the channel and to no other, and gives how many", async () => {
      const [a, b, other] = [inbox(), inbox(), inbox()];
      await broker.subscribe("cmd:1", a.handler);
      await broker.subscribe("cmd:1", b.handler);
      await broker.subscribe("cmd:2", other.handler);
      assert.equal(await broker.publish("cmd:1", "hello"), 2);
      assert.deepEqual(await a.until(1), ["hello"]);
      assert.deepEqual(await b.until(1), ["hello"]);
      await broker.publish("cmd:2", "yours");
      assert.deepEqual(await other.until(1), ["yours"]);
    });

    it("does not deliver in the publisher's own turn", async () => {
      const a = inbox();
      await broker.subscribe("cmd:1", a.handler);
      const published = broker.publish("cmd:1", "later");
      assert.deepEqual(a.heard, []);
      await published;
      assert.deepEqual(await a.until(1), ["later"]);
    });

    it("keeps the order of a channel", async () => {
      const a = inbox();
      await broker.subscribe("cmd:1", a.handler);
      const sent = Array.from({ length: 200 }, (_, i) => String(i));
      await Promise.all(sent.map((text) => broker.publish("cmd:1", text)));
      assert.deepEqual(await a.until(200), sent);
    });

    it("carries any text unchanged", async () => {
      const a = inbox();
      await broker.subscribe("cmd:1", a.handler);
      const texts = ["", "\u0000", "привет \u{1F600}", "x".repeat(1_000_000), '{"a":"\\u2028"}'];
      for (const text of texts) await broker.publish("cmd:1", text);
      assert.deepEqual(await a.until(texts.length), texts);
    });

    it("lets a handler that throws disturb nobody", async () => {
      const a = inbox();
      await broker.subscribe("cmd:1", () => {
        throw new Error("a broken handler");
      });
      await broker.subscribe("cmd:1", a.handler);
      await broker.publish("cmd:1", "1");
      await broker.publish("cmd:1", "2");
      assert.deepEqual(await a.until(2), ["1", "2"]);
    });

    it("stops delivering to a closed subscription, and only to that", async () => {
      const [a, b] = [inbox(), inbox()];
      const subscription: Subscription = await broker.subscribe("cmd:1", a.handler);
      await broker.subscribe("cmd:1", b.handler);
      await subscription.close();
      await subscription.close();
      assert.equal(await broker.publish("cmd:1", "x"), 1);
      await b.until(1);
      assert.deepEqual(a.heard, []);
    });

    it("counts again from nobody after the last has left", async () => {
      const subscription = await broker.subscribe("cmd:1", () => {});
      await subscription.close();
      assert.equal(await broker.publish("cmd:1", "x"), 0);
      const a = inbox();
      await broker.subscribe("cmd:1", a.handler);
      assert.equal(await broker.publish("cmd:1", "y"), 1);
      assert.deepEqual(await a.until(1), ["y"]);
    });

    it("can be published to from within a handler", async () => {
      const a = inbox();
      await broker.subscribe("resp:1", a.handler);
      const replies: Array<Promise<number>> = [];
      await broker.subscribe("cmd:1", (text) => replies.push(broker.publish("resp:1", `re: ${text}`)));
      await broker.publish("cmd:1", "q");
      assert.deepEqual(await a.until(1), ["re: q"]);
      assert.deepEqual(await Promise.all(replies), [1]);
    });

    it("can be closed from within a handler", async () => {
      const closed = Promise.withResolvers<void>();
      await broker.subscribe("cmd:1", () => broker.close().then(closed.resolve, closed.reject));
      // It may end before it has heard how many received it.
      await broker.publish("cmd:1", "q").catch((error: unknown) => assert.ok(unavailable(error)));
      await closed.promise;
      await assert.rejects(broker.publish("cmd:1", "x"), unavailable);
    });

    it("says so when it is closed", async () => {
      await broker.check();
      await broker.close();
      await assert.rejects(broker.publish("cmd:1", "x"), unavailable);
      await assert.rejects(
        broker.subscribe("cmd:1", () => {}),
        unavailable,
      );
      await assert.rejects(broker.check(), unavailable);
    });
  });
}

export function presenceContract(name: string, make: () => Promise<TurnedBoard>): void {
  describe(`presence board: ${name}`, () => {
    let turned: TurnedBoard;
    let board: PresenceBoard;
    beforeEach(async () => {
      turned = await make();
      board = turned.board;
    });

    const presence = (serverId: string, more: Partial<Presence> = {}): Presence => ({
      serverId,
      hub: "hub-1",
      since: 1_000,
      lastHeartbeat: turned.now(),
      protocol: 1,
      latencyMs: null,
      skewMs: -3,
      facts: {
        version: "1",
        runtime: "node",
        os: "Debian \u{1F600}",
        arch: "x64",
        hostname: "web-1",
        bootId: "b",
        allow: ["containers.restart"],
        commands: ["ping"],
      },
      ...more,
    });

    it("gives back what was put, and nothing for the others", async () => {
      const kept = presence("a", { latencyMs: 0.25 });
      await board.put(kept);
      const found = await board.get(["a", "b"]);
      assert.deepEqual([...found.keys()], ["a"]);
      assert.deepEqual(found.get("a"), kept);
      assert.equal(await board.count(), 1);
      assert.equal((await board.get([])).size, 0);
    });

    it("gives copies", async () => {
      await board.put(presence("a"));
      const first = (await board.get(["a"])).get("a");
      first?.facts.allow.push("everything");
      assert.deepEqual((await board.get(["a"])).get("a")?.facts.allow, ["containers.restart"]);
    });

    it("replaces an entry by a later one", async () => {
      await board.put(presence("a"));
      await board.put(presence("a", { hub: "hub-2", since: 2_000 }));
      assert.equal((await board.get(["a"])).get("a")?.hub, "hub-2");
      assert.equal(await board.count(), 1);
    });

    it("keeps the later connection's entry, whoever writes last", async () => {
      await board.put(presence("a", { hub: "hub-2", since: 2_000 }));
      await board.put(presence("a", { hub: "hub-9", since: 1_999 }));
      assert.equal((await board.get(["a"])).get("a")?.hub, "hub-2");
      // Of two in one millisecond the greater hub's is the later, as they tell each other by the broker.
      await board.put(presence("a", { hub: "hub-1", since: 2_000 }));
      assert.equal((await board.get(["a"])).get("a")?.hub, "hub-2");
      await board.put(presence("a", { hub: "hub-3", since: 2_000 }));
      await board.put(presence("a", { hub: "hub-3", since: 2_000, latencyMs: 7 }));
      assert.equal((await board.get(["a"])).get("a")?.latencyMs, 7);
      await turned.turn(2 * SILENCE_MS);
      await board.put(presence("a"));
      assert.equal((await board.get(["a"])).get("a")?.hub, "hub-1");
    });

    it("takes an entry away only for the connection that made it", async () => {
      await board.put(presence("a"));
      await board.remove("a", "hub-2", 1_000);
      await board.remove("a", "hub-1", 999);
      assert.equal((await board.get(["a"])).size, 1);
      await board.remove("a", "hub-1", 1_000);
      assert.equal((await board.get(["a"])).size, 0);
      assert.equal(await board.count(), 0);
      await board.remove("a", "hub-1", 1_000);
    });

    it("forgets who is silent for longer than the limit and its margin, and no sooner", async () => {
      await board.put(presence("a"));
      await turned.turn(SILENCE_MS);
      assert.equal((await board.get(["a"])).size, 1);
      await board.put(presence("b"));
      await turned.turn(SILENCE_MS);
      assert.deepEqual([...(await board.get(["a", "b"])).keys()], ["b"]);
      assert.equal(await board.count(), 1);
    });
  });
}
