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
  const files = [`${file}.1`, file];
  const kept = () => files.map((path) => (existsSync(path) ? readFileSync(path, "utf8") : "")).join("");
  for (let n = 1; n <= 20_000; n++) {
    log.info("agent.refused", { n });
    // What waits for a busy disk has a bound of its own, which is not what is looked at here.
    if (n % 500 === 0) while (!kept().includes(`"n":${n}}\n`)) await turn();
  }
  // Just turned over, perhaps: the new one is opened a moment later.
  while (!files.every((path) => existsSync(path))) await turn();
  // 500 lines may go beyond the limit before it is seen, and as many while the new file is opened.
  for (const path of files) assert.ok(statSync(path).size <= largestBytes * 4, String(statSync(path).size));
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
