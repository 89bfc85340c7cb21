/** The queue of one polling agent: bounded, in order, each out once, nothing after its time. */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { Ask, OriginalCommand } from "@servereye/contract";
import { turnedClock } from "./doubles.test-code.ts";
import { createOriginalAsks, type OriginalItem } from "./original-asks.ts";

const command: OriginalCommand = {
  command: "ping",
  type: "ping",
  reply: "pong",
  payload: () => null,
  answer: () => ({}),
};

it("keeps its bound and its order, and hands out nothing twice or late", () => {
  const clock = turnedClock();
  const expired: string[] = [];
  const asks = createOriginalAsks<OriginalItem>(clock, ({ ask }) => void expired.push(ask.id), 3);
  const item = (id: string, ms = 5_000): OriginalItem => {
    const ask: Ask = {
      id,
      type: "ping",
      timestamp: clock.now(),
      version: "1.0",
      payload: {},
      expires: clock.now() + ms,
      replyTo: "resp:a",
      signature: "",
    };
    return { ask, command, release: undefined };
  };
  assert.deepEqual(
    [asks.add(item("a")), asks.add(item("b", 1_000)), asks.add(item("c"))],
    [true, true, true],
  );
  assert.equal(asks.add(item("a")), true, "there already: passed over");
  assert.equal(asks.waiting(), 3);
  assert.equal(asks.add(item("d")), false, "no room");
  clock.turn(1_000);
  assert.equal(asks.add(item("d")), true, "what has expired makes room");
  assert.deepEqual(expired, ["b"]);
  const first = asks.next();
  assert.equal(first?.ask.id, "a");
  if (first) asks.back(first);
  assert.deepEqual([asks.next()?.ask.id, asks.next()?.ask.id], ["a", "c"]);
  if (first) asks.handed(first);
  assert.equal(asks.answered(["x", "y"]), undefined);
  assert.equal(asks.answered(["x", "a"]), first);
  assert.equal(asks.answered(["a"]), undefined, "once");
  asks.handed(item("e"));
  clock.turn(5_000);
  assert.equal(asks.answered(["e"]), "late");
  assert.equal(asks.next(), undefined);
  assert.deepEqual(expired, ["b", "d"]);
  asks.handed(item("f"));
  clock.turn(5_000);
  asks.sweep();
  assert.equal(asks.open(), 0);
});

it("finds what a reply answers as fast among thousands of replies as among few", () => {
  const clock = turnedClock();
  const asks = createOriginalAsks<OriginalItem>(clock, () => undefined);
  let looked = 0;
  const ids = new Proxy(["no-such-id"], {
    get(target, name, receiver) {
      looked += 1;
      return Reflect.get(target, name, receiver);
    },
  });
  for (let n = 0; n < 10_000; n++) asks.answered([`old-${n}`]);
  assert.equal(asks.answered(ids), undefined);
  assert.ok(looked < 10, "looked at the ids alone");
  assert.equal(asks.open(), 0, "replies to nothing leave nothing behind");
});
