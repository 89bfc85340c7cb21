/** Engines that are missing skip a test loudly, and fail it in CI. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { needs } from "./engines.ts";

const ask =
  'import { needs } from "./engines.ts"; process.stdout.write(JSON.stringify(needs("procfs", "tmux")));';

function askedIn(env: NodeJS.ProcessEnv) {
  return spawnSync(process.execPath, ["--input-type=module", "-e", ask], {
    cwd: import.meta.dirname,
    env,
    encoding: "utf8",
  });
}

test("an engine that is there skips nothing", needs("procfs"), () => {
  assert.deepEqual(needs("procfs"), { skip: false });
});

test("a missing engine skips with its reason, on the error stream too", () => {
  const asked = askedIn({ PATH: "/nowhere" });
  assert.match(String(JSON.parse(asked.stdout).skip), /^needs tmux, which/);
  assert.match(asked.stderr, /skipped: a test needs tmux/);
});

test("a missing engine fails in CI", () => {
  const asked = askedIn({ PATH: "/nowhere", CI: "true" });
  assert.notEqual(asked.status, 0);
  assert.match(asked.stderr, /with CI=true every engine must be there/);
  assert.equal(asked.stdout, "");
});
