/** The room a log takes: bounded whatever is written, and no reason to fall over when there is none. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openLog } from "./log.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a flood of lines takes no more than two files of the limit", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "log-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "hub.log");
  const largestBytes = 64 * 1024;
  const log = openLog({ level: "info", file, largestBytes });
  for (let n = 0; n < 40_000; n++) {
    log.info("agent.refused", { n });
    if (n % 50 === 0) await turn();
  }
  log.flush();
  // The last write may just have turned the file over; the new one is opened, and written, a moment later.
  const files = () => [`${file}.1`, file].filter((path) => existsSync(path));
  const logged = () =>
    files()
      .map((path) => readFileSync(path, "utf8"))
      .join("");
  // Not at the very end: a write that was under way at the flush lands after it.
  for (let tries = 0; !logged().includes('"n":39999}\n') && tries < 10_000; tries++) await turn();
  assert.ok(logged().includes('"n":39999}\n'));
  const sizes = files().map((path) => statSync(path).size);
  assert.equal(sizes.length, 2);
  // What waits while the disk is busy is written as one, beyond the limit: far less than all that was logged.
  for (const size of sizes) assert.ok(size <= largestBytes * 8, String(sizes));
});

test("a full disk neither ends the hub nor keeps it from ending", async () => {
  const source = `
    const { openLog } = await import(${JSON.stringify(new URL("./log.ts", import.meta.url).href)});
    const log = openLog({ level: "info", file: "/dev/full" });
    for (let n = 0; n < 200; n++) {
      log.info("some.event", { n, text: "x".repeat(10_000) });
      await new Promise((resolve) => setImmediate(resolve));
    }
    log.flush();
    console.log("alive");
  `;
  const ended = await new Promise<{ error: Error | null; said: string }>((resolve) => {
    const arguments_ = ["--input-type=module", "-e", source];
    execFile(process.execPath, arguments_, { timeout: 20_000, killSignal: "SIGKILL" }, (error, said) =>
      resolve({ error, said }),
    );
  });
  assert.deepEqual(ended, { error: null, said: "alive\n" });
});
