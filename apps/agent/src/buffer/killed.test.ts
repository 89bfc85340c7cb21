/** A process that is killed while it writes its samples: what stood in the buffer is there, whole, and at most one more. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { nodeDisk } from "../host/files.ts";
import { watchedLog } from "../link/agent.fixture.ts";
import { TurnedClock } from "../turned-clock.fixture.ts";
import { BOOT, batchesOf, seqsOf, upTo } from "./buffer.fixture.ts";
import { SampleBuffer } from "./buffer.ts";

const PROGRAM = join(import.meta.dirname, "adding.fixture.ts");

/** Killed after it has said so many; gives the last one it said. */
async function killedAfter(count: number, folder: string, first: number): Promise<number> {
  const child = spawn(process.execPath, [PROGRAM, folder, String(first)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (said.split("\n").length > count) child.kill("SIGKILL");
  });
  await once(child, "close");
  return Number(said.split("\n").at(-2));
}

test("SIGKILL in the middle of a write costs that sample alone, time after time", {
  timeout: 120_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "samples-"));
  try {
    let first = 0;
    const stood: number[] = [];
    for (const count of [3, 20, 47]) {
      const last = await killedAfter(count, folder, first);
      stood.push(...upTo(last - first + 1, first));
      // As the seconds of a boot do, the next number goes beyond what may have been cut.
      first = last + 10;
    }
    const { log, events } = watchedLog();
    const clock = new TurnedClock();
    const parts = { disk: nodeDisk, folder, boot: BOOT, first, mostBytes: 1 << 28, clock, log };
    const buffer = await SampleBuffer.open(parts);
    const batches = await batchesOf(buffer);
    const there = seqsOf(batches);
    assert.deepEqual(
      stood.filter((seq) => !there.includes(seq)),
      [],
    );
    assert.ok(there.length <= stood.length + 3, "at most the one that was being written, each time");
    assert.equal(new Set(there).size, there.length);
    for (const { samples } of batches)
      for (const { seq, values } of samples)
        assert.deepEqual(
          values,
          upTo(1_500).map((n) => seq + n / 7),
        );
    assert.deepEqual(
      events.map(({ event }) => event),
      ["buffer.opened"],
    );
    await buffer.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});
