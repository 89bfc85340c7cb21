/** The queue on a turned clock: order, coalescing, bounds, 429, 5xx, lost answers, deadlines. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "@servereye/contract";
import { ApiRefused, ApiUnreached } from "./failure.ts";
import { type Call, createOutbound, type OutboundBounds } from "./outbound.ts";
import { collectedLog, collectedMetrics, settle, turnedClock } from "./turned.test-suite.ts";

function bench(bounds: Partial<OutboundBounds> = {}) {
  const clock = turnedClock();
  const log = collectedLog();
  const metrics = collectedMetrics();
  // Jitter at its most: waits are 0.6, 1.1, 2.1 ... s.
  const outbound = createOutbound({ clock, log, metrics, random: () => 1, bounds });
  return { clock, log, metrics, outbound };
}

/** A call that ends when it is told to. */
function held() {
  const calls: Array<{ name: string; end: (error?: Error) => void }> = [];
  const make = (name: string) => (call: Call) =>
    call(
      () =>
        new Promise<string>((resolve, reject) => {
          calls.push({ name, end: (error) => (error ? reject(error) : resolve(name)) });
        }),
    );
  const end = async (name: string, error?: Error) => {
    const at = calls.findIndex((each) => each.name === name);
    assert.notEqual(at, -1, `${name} is on its way`);
    calls.splice(at, 1)[0]?.end(error);
    await settle();
  };
  return { make, end, names: () => calls.map(({ name }) => name) };
}

const slower = (seconds: number) =>
  new ApiRefused("sendMessage", 429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
const broken = new ApiRefused("sendMessage", 502, "Bad Gateway");
const lost = new ApiUnreached("sendMessage", "socket hang up", "maybe");
const unreached = new ApiUnreached("sendMessage", "connect ECONNREFUSED", "no");

/** Fails with each of `errors` in turn, then gives "ok". */
function flaky(errors: readonly Error[], at: number[] = [], now: () => number = () => 0) {
  const left = [...errors];
  return async () => {
    at.push(now());
    const error = left.shift();
    if (error) throw error;
    return "ok";
  };
}

test("one chat keeps its order, chats go side by side", async () => {
  const { outbound } = bench();
  const { make, end, names } = held();
  const a1 = outbound.run("a", make("a1"));
  const a2 = outbound.run("a", make("a2"));
  void outbound.run("b", make("b1"));
  await settle();
  assert.deepEqual(names(), ["a1", "b1"]);
  await end("a1");
  assert.equal(await a1, "a1");
  assert.deepEqual(names(), ["b1", "a2"]);
  await end("a2");
  await end("b1");
  assert.equal(await a2, "a2");
  await outbound.drained();
  assert.equal(outbound.length(), 0);
});

test("waiting edits of one message become one, and each caller learns how it went", async () => {
  const { outbound, metrics } = bench();
  const { make, end, names } = held();
  const first = outbound.run("a", make("e1"), "edit 7");
  const others = ["e2", "e3", "e4"].map((name) => outbound.run("a", make(name), "edit 7"));
  const other = outbound.run("a", make("f1"), "edit 8");
  await settle();
  await end("e1");
  assert.equal(await first, "e1");
  assert.deepEqual(names(), ["e4"]);
  await end("e4");
  assert.deepEqual(await Promise.all(others), ["e4", "e4", "e4"]);
  await end("f1");
  assert.equal(await other, "f1");
  assert.equal(metrics.counted.get("telegram_coalesced"), 2);
});

test("at the bounds more is refused at once, but an edit still takes the place of an older one", async () => {
  const { outbound, metrics } = bench({ perChat: 3, total: 4 });
  const { make, end } = held();
  const taken = [
    outbound.run("a", make("a1")),
    outbound.run("a", make("a2"), "edit 1"),
    outbound.run("a", make("a3")),
  ];
  await assert.rejects(
    outbound.run("a", make("a4")),
    (error) => error instanceof Fault && error.code === "RATE_LIMITED",
  );
  taken.push(outbound.run("a", make("a2 newer"), "edit 1"), outbound.run("b", make("b1")));
  await assert.rejects(
    outbound.run("c", make("c1")),
    (error) => error instanceof Fault && error.code === "RATE_LIMITED",
  );
  assert.equal(metrics.counted.get("telegram_dropped full"), 2);
  await settle();
  for (const name of ["a1", "a2 newer", "a3", "b1"]) await end(name);
  assert.deepEqual(await Promise.all(taken), ["a1", "a2 newer", "a3", "a2 newer", "b1"]);
});

test("no more calls at a time than are allowed, and a resting chat holds none of them", async () => {
  const { outbound, clock } = bench({ parallel: 2 });
  const { make, end, names } = held();
  for (const chat of ["a", "b", "c"]) void outbound.run(chat, make(chat));
  await settle();
  assert.deepEqual(names(), ["a", "b"]);
  await end("a", slower(30));
  assert.deepEqual(names(), ["b", "c"]);
  await end("b");
  await end("c");
  await clock.turn(30_000);
  assert.deepEqual(names(), ["a"]);
  await end("a");
});

test("429: this chat rests for as long as it is told, others go on", async () => {
  const { outbound, clock } = bench();
  const at: number[] = [];
  const first = outbound.run("a", (call) => call(flaky([slower(3)], at, clock.monotonic)));
  const second = outbound.run("a", (call) => call(flaky([], at, clock.monotonic)));
  assert.equal(await outbound.run("b", (call) => call(flaky([]))), "ok");
  assert.equal(outbound.idle("a"), false);
  await clock.turn(2_999);
  assert.deepEqual(at, [0]);
  await clock.turn(1);
  assert.deepEqual(await Promise.all([first, second]), ["ok", "ok"]);
  assert.deepEqual(at, [0, 3_000, 3_000]);
});

test("429 in many chats at once is the bot's own limit: all rest", async () => {
  const { outbound, clock } = bench();
  const told = ["a", "b", "c", "d", "e"].map((chat) =>
    outbound.run(chat, (call) => call(flaky([slower(2)]))),
  );
  await settle();
  const at: number[] = [];
  const other = outbound.run("f", (call) => call(flaky([], at, clock.monotonic)));
  await clock.turn(2_000);
  assert.deepEqual(
    await Promise.all([...told, other]),
    Array.from({ length: 6 }, () => "ok"),
  );
  assert.deepEqual(at, [2_000]);
});

test("429 for longer than the deadline is said at once, with how long", async () => {
  const { outbound, clock } = bench();
  await assert.rejects(
    outbound.run("a", (call) => call(flaky([slower(300)]))),
    (error) => error instanceof Fault && error.code === "RATE_LIMITED" && error.values.seconds === 300,
  );
  await assert.rejects(
    outbound.run("a", (call) => call(flaky([]))),
    { code: "RATE_LIMITED" },
  );
  await clock.turn(300_000);
  assert.equal(await outbound.run("a", (call) => call(flaky([]))), "ok");
});

test("5xx and the network: again and again with growing waits, until the deadline", async () => {
  const { outbound, clock } = bench();
  const at: number[] = [];
  const sent = outbound.run("a", (call) =>
    call(flaky([broken, unreached, broken], at, clock.monotonic), { doubles: true }),
  );
  await clock.turn(10_000);
  assert.equal(await sent, "ok");
  assert.deepEqual(at, [0, 600, 1_700, 3_800]);

  const never = outbound.run("b", (call) => call(flaky(Array.from({ length: 99 }, () => unreached))));
  const ended = assert.rejects(never, ApiUnreached);
  await clock.turn(60_000);
  await ended;
});

test("a lost answer may mean a message twice: repeated twice at most, and without limit where it can not show", async () => {
  const { outbound, clock } = bench();
  const at: number[] = [];
  const sent = outbound.run("a", (call) => call(flaky([lost, lost, lost, lost], at), { doubles: true }));
  const ended = assert.rejects(sent, ApiUnreached);
  await clock.turn(60_000);
  await ended;
  assert.equal(at.length, 3);

  const edited = outbound.run("a", (call) => call(flaky([lost, lost, lost, lost])));
  await clock.turn(60_000);
  assert.equal(await edited, "ok");
});

test("a no of Telegram is not asked again, and the next job goes on", async () => {
  const { outbound } = bench();
  const no = new ApiRefused("sendMessage", 400, "Bad Request: chat not found");
  await assert.rejects(
    outbound.run("a", (call) => call(flaky([no]))),
    no,
  );
  assert.equal(await outbound.run("a", (call) => call(flaky([]))), "ok");
});

test("what goes beside the order does not wait for the chat, and gives up at its own deadline", async () => {
  const { outbound, clock } = bench();
  const { make } = held();
  void outbound.run("a", make("slow"));
  assert.equal(await outbound.aside((call) => call(flaky([])), 10_000), "ok");
  const never = outbound.aside((call) => call(flaky(Array.from({ length: 99 }, () => broken))), 10_000);
  const ended = assert.rejects(never, broken);
  await clock.turn(10_000);
  await ended;
});

test("closing rejects what waits and what rests, and takes nothing more", async () => {
  const { outbound, clock } = bench();
  const resting = outbound.run("a", (call) => call(flaky([slower(5)])));
  const waiting = outbound.run("a", (call) => call(flaky([])));
  const ended = Promise.all([assert.rejects(resting, Fault), assert.rejects(waiting, Fault)]);
  await settle();
  outbound.close();
  await ended;
  await assert.rejects(
    outbound.run("a", (call) => call(flaky([]))),
    Fault,
  );
  assert.deepEqual(clock.waits(), [], "no timer is left");
  await outbound.drained();
});
