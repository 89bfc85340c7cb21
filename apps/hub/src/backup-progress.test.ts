/** What is shown of something that takes long, and when. */
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { showProgress } from "./backup-progress.ts";

function shown(isTTY: boolean): {
  now: number;
  progress: ReturnType<typeof showProgress>;
  text: () => string;
} {
  const to = Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY });
  const at = { now: 0, text: () => String(to.read() ?? "") };
  return Object.assign(at, { progress: showProgress(to, { monotonic: () => at.now }, "Backing up") });
}

test("nothing in the first second, then one line on a terminal that goes away again", () => {
  const at = shown(true);
  at.progress.rows(10);
  at.now = 999;
  at.progress.rows(1_000);
  at.progress.clear();
  assert.equal(at.text(), "");
  at.now = 1_000;
  at.progress.rows(1_000_000);
  at.now = 1_100;
  at.progress.rows(1_000_001);
  assert.equal(at.text(), "\r\u001b[K· Backing up: 1,000,000 rows");
  at.now = 1_200;
  at.progress.rows(1_100_000);
  at.progress.tell("Something else");
  assert.equal(at.text(), "\r\u001b[K· Backing up: 1,100,000 rows\r\u001b[K· Something else\n");
});

test("lines of their own where it is no terminal, ten seconds apart", () => {
  const at = shown(false);
  for (const now of [0, 1_000, 1_200, 10_999, 11_000]) {
    at.now = now;
    at.progress.rows(now);
  }
  at.progress.clear();
  assert.equal(at.text(), "· Backing up: 1,000 rows\n· Backing up: 11,000 rows\n");
});
