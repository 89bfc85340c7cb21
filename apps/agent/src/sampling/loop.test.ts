/** The schedule of samples by a clock turned by hand: steady, never piled up, and nobody waits for one that hangs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Host, Sampler, Values } from "@servereye/commands/agent";
import type { Measure } from "@servereye/contract";
import { watchedLog } from "../link/agent.fixture.ts";
import { TurnedClock } from "../turned-clock.fixture.ts";
import { Sampling } from "./loop.ts";
import type { Measured } from "./sample.ts";

const SECOND = 1_000;
const value = (key: string, number: number): Values => [[{ key }, number]];

function sampler(key: string, take: () => Values | Promise<Values>): Sampler {
  const measure: Measure = {
    key,
    unit: "count",
    kind: "gauge",
    about: "a number",
    quantum: 1,
    worse: "none",
  };
  return { measures: [measure], start: () => take };
}

function sampled(samplers: readonly Sampler[], wish: { wall: number; intervalMs?: number; phase?: number }) {
  const clock = new TurnedClock(wish.wall);
  const told: Measured[] = [];
  let heard = (): void => undefined;
  const { log, events } = watchedLog();
  const sampling = new Sampling({
    ...{ samplers, host: {} as Host, wish: { cores: false }, clock, log },
    ...{ intervalMs: wish.intervalMs ?? 10 * SECOND, phase: wish.phase ?? 0 },
    sink: {
      add: (one) => {
        told.push(one);
        heard();
      },
    },
  });
  /** Turns the clock, and lets what is due then be said. */
  const turn = async (ms: number): Promise<void> => {
    for (let left = ms; left >= 0; left -= 500) {
      clock.turn(Math.min(500, left));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const next = () =>
    new Promise<void>((resolve) => {
      heard = resolve;
    });
  return { sampling, clock, told, events, turn, next, moments: () => told.map(({ at }) => at) };
}

test("the first at once, then on the grid of the machine's clock, without drift and with a phase of its own", async () => {
  const b = sampled([sampler("a.b", () => value("a.b", 1))], { wall: 1_000_003, phase: 0.25 });
  b.sampling.start();
  // 1,000,003 lies 7.503 s into an interval that began at a quarter of ten seconds.
  await b.turn(0);
  for (let at = 0; at < 5; at++) await b.turn(10 * SECOND);
  assert.deepEqual(b.moments(), [1_000_003, 1_012_500, 1_022_500, 1_032_500, 1_042_500]);
  b.sampling.stop();
  await b.turn(60 * SECOND);
  assert.equal(b.told.length, 5);
});

test("a clock that is set moves the next sample by half an interval at most, and what was missed is not made up for", async () => {
  const b = sampled([sampler("a.b", () => value("a.b", 1))], { wall: 2_000_000 });
  b.sampling.start();
  await b.turn(20 * SECOND);
  b.clock.sleep(3_600 * SECOND + 6 * SECOND);
  const before = b.told.length;
  await b.turn(10 * SECOND);
  assert.equal(b.told.length, before + 1, "one, and not those of an hour");
  for (let at = 0; at < 3; at++) {
    const began = b.clock.monotonic();
    const heard = b.next();
    while (b.told.length === before + 1 + at) await b.turn(SECOND);
    await heard;
    const waited = b.clock.monotonic() - began;
    assert.ok(waited >= 4 * SECOND && waited <= 15 * SECOND, String(waited));
  }
  assert.equal((b.moments().at(-1) ?? 0) % (10 * SECOND), 0);
});

test("one that hangs is a gap alone: the others are told, and it is asked again only when it is back", async () => {
  let asked = 0;
  let answer = (_: Values): void => undefined;
  const hangs = sampler("disk.used", () => {
    asked += 1;
    return new Promise<Values>((resolve) => {
      answer = resolve;
    });
  });
  const b = sampled([hangs, sampler("a.b", () => value("a.b", 7))], { wall: 3_000_000 });
  b.sampling.start();
  for (let at = 0; at < 4; at++) await b.turn(10 * SECOND);
  assert.equal(asked, 1);
  assert.ok(b.told.length >= 3);
  for (const { values } of b.told) assert.deepEqual(values, value("a.b", 7));
  // What it tells now is of long ago.
  answer(value("disk.used", 1));
  await b.turn(10 * SECOND);
  assert.equal(asked, 2);
  answer(value("disk.used", 2));
  await b.turn(5 * SECOND);
  const all = b.told.flatMap(({ values }) => values.filter(([{ key }]) => key === "disk.used"));
  assert.deepEqual(all, value("disk.used", 2));
});

test("one that fails is a gap too, and is spoken of once until it is well", async () => {
  let ill = true;
  const one = sampler("temp.celsius", () => {
    if (ill) throw new Error("no bus");
    return value("temp.celsius", 40);
  });
  const b = sampled([one, sampler("a.b", () => value("a.b", 7))], { wall: 4_000_000 });
  b.sampling.start();
  for (let at = 0; at < 3; at++) await b.turn(10 * SECOND);
  ill = false;
  await b.turn(10 * SECOND);
  ill = true;
  await b.turn(10 * SECOND);
  assert.deepEqual(
    b.events.map(({ event, fields }) => [event, fields.measures]),
    [
      ["sampling.gap", "temp"],
      ["sampling.gap", "temp"],
    ],
  );
  assert.deepEqual(
    b.told.map(({ values }) => values.length),
    [1, 1, 1, 1, 2, 1],
  );
});
