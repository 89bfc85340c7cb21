/** Pictures by the thread: drawn once for all, kept a while, never too many waiting; a thread that fails is begun anew. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Chart, Fault } from "@servereye/contract";
import type { Clock, Log } from "../../core/ports/process.ts";
import { BUNDLED } from "./draw.ts";
import { createPictures, type PicturesDeps } from "./pictures.ts";
import { pixelsOf } from "./png.test-code.ts";
import { chartOf } from "./scenes.test-code.ts";
import { createThread } from "./thread.ts";

const look = { dark: false, width: 390, height: 318 };
const few: Chart = chartOf({ count: 3 });
const titled = (title: string): Chart => ({ ...few, title });
const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
const faulty = (code: string, detail: RegExp) => (error: unknown) =>
  error instanceof Fault && error.code === code && detail.test(error.message);

/** Time stands until it is turned; what then is due runs at once. */
function standingClock(): Clock & { turn(ms: number): void; due(): number } {
  let now = 0;
  const waiting = new Set<{ at: number; run(): void }>();
  return {
    now: () => now,
    monotonic: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run };
      waiting.add(timer);
      return () => waiting.delete(timer);
    },
    due: () => waiting.size,
    turn(ms) {
      now += ms;
      for (const timer of [...waiting]) if (timer.at <= now && waiting.delete(timer)) timer.run();
    },
  };
}

function opened(more: Partial<PicturesDeps> = {}) {
  const clock = standingClock();
  const outcomes: string[] = [];
  const errors: string[] = [];
  const pictures = createPictures({
    clock,
    log: { ...quiet, error: (event) => errors.push(event) },
    metrics: { command() {}, gauge() {}, count: (_name, labels) => outcomes.push(labels?.outcome ?? "") },
    ...more,
  });
  after(() => pictures.close());
  return { pictures, clock, outcomes, errors };
}

test("drawn once for all who ask, kept for a while and no longer", async () => {
  const { pictures, clock, outcomes } = opened();
  const [one, same, other] = await Promise.all([
    pictures.draw(few, look),
    pictures.draw(chartOf({ count: 3 }), look),
    pictures.draw(few, { ...look, dark: true }),
  ]);
  assert.equal(one, same);
  assert.deepEqual([one.width, one.height], [780, 636]);
  assert.equal(pixelsOf(one.png).at(0, 0), "#ffffff");
  assert.notEqual(pixelsOf(other.png).at(0, 0), "#ffffff");
  clock.turn(4 * 60_000);
  assert.equal(await pictures.draw(few, look), one);
  clock.turn(60_000);
  assert.notEqual(await pictures.draw(few, look), one);
  assert.deepEqual(outcomes, ["drawn", "drawn", "kept", "drawn"]);
});

test("what is kept has a bound in bytes: the oldest goes", async () => {
  const { pictures, outcomes } = opened({ limits: { keptBytes: 60_000 } });
  for (const title of ["a", "b", "c", "a"]) await pictures.draw(titled(title), look);
  assert.deepEqual(outcomes, ["drawn", "drawn", "drawn", "drawn"]);
  await pictures.draw(titled("a"), look);
  assert.equal(outcomes.at(-1), "kept");
});

test("beyond the bound of those waiting one is refused at once, and those waiting are drawn", async () => {
  const { pictures } = opened({ limits: { waiting: 2 } });
  const first = pictures.draw(titled("being drawn"), look);
  const waiting = ["one", "two"].map((title) => pictures.draw(titled(title), look));
  await assert.rejects(pictures.draw(titled("three"), look), faulty("RATE_LIMITED", /too many pictures/));
  assert.equal((await Promise.all([first, ...waiting])).length, 3);
  await pictures.draw(titled("three"), look);
});

test("a font that is missing is an error in words, each time", async () => {
  const { pictures, errors } = opened({ fonts: { ...BUNDLED, bold: "/nowhere/bold.ttf" } });
  for (const title of ["one", "two"])
    await assert.rejects(pictures.draw(titled(title), look), faulty("INTERNAL", /nowhere\/bold\.ttf/));
  assert.deepEqual(errors, ["pictures.failed", "pictures.failed"]);
});

test("a chart that can not be drawn spoils no other, nor does one that takes too long", async () => {
  const { pictures, clock } = opened();
  await pictures.draw(titled("well"), look);
  await assert.rejects(pictures.draw({ ...few, language: "no language" }, look), faulty("INTERNAL", /drawn/));
  await pictures.draw(titled("well again"), look);
  const slow = pictures.draw(titled("slow"), look);
  clock.turn(5_000);
  await assert.rejects(slow, faulty("INTERNAL", /longer than 5000 ms/));
  await pictures.draw(titled("well once more"), look);
});

test("the thread begins at need, ends when idle, and closing ends it whatever it does", async () => {
  const clock = standingClock();
  const limits = { startMs: 60_000, pictureMs: 60_000, idleMs: 1_000 };
  const thread = createThread({ clock, log: quiet, limits });
  assert.equal(thread.running(), false);
  await thread.draw({ chart: few, look });
  assert.equal(thread.running(), true);
  clock.turn(999);
  assert.equal(thread.running(), true);
  clock.turn(1);
  assert.equal(thread.running(), false);
  const drawing = thread.draw({ chart: few, look });
  const closing = thread.close();
  await assert.rejects(drawing, faulty("INTERNAL", /ended/));
  await closing;
  assert.deepEqual([thread.running(), clock.due()], [false, 0]);
});

test("closing rejects what waits, and nothing is begun after it", async () => {
  const { pictures } = opened();
  const waiting = ["one", "two"].map((title) => pictures.draw(titled(title), look));
  const outcome = Promise.allSettled(waiting);
  await pictures.close();
  assert.ok((await outcome).every(({ status }) => status === "rejected"));
  await assert.rejects(pictures.draw(few, look), faulty("INTERNAL", /stops/));
});
