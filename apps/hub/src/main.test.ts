/** A hub's process after a mistake that no part of it caught: it goes on after a rejection, and ends after an exception. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { HubNotice } from "@servereye/contract";
import { endPostmaster } from "./adapters/store/embedded/postmaster.ts";

const folder = mkdtempSync(join(tmpdir(), "eye-"));
const hub = spawn(
  process.execPath,
  ["--import", join(import.meta.dirname, "mistake.fixture.mjs"), join(import.meta.dirname, "main.ts")],
  {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      SERVEREYE_DATA_DIR: join(folder, "data"),
      SERVEREYE_HTTP_PORT: "0",
      SERVEREYE_LOCAL_AGENT: "off",
    },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  },
);
const ended = once(hub, "exit");
let said = "";
const heard = new Set<() => void>();
hub.stderr?.setEncoding("utf8").on("data", (piece: string) => {
  said += piece;
  for (const look of heard) look();
});
after(async () => {
  hub.kill("SIGKILL");
  await ended;
  // It lives on for the hub's next start, which does not come.
  const [pid] = readFileSync(join(folder, "data/postgres/postmaster.pid"), "utf8").split("\n");
  await endPostmaster(Number(pid), join(folder, "data/postgres"));
  rmSync(folder, { recursive: true, force: true });
});

const saying = (words: RegExp): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (words.test(said)) resolve();
    };
    heard.add(look);
    look();
  });

it("tells both, without secrets, and is there until the second", async () => {
  for (;;) {
    const [raw] = await once(hub, "message");
    const notice = HubNotice.parse(raw);
    assert.notEqual(notice.type, "failed", JSON.stringify(notice));
    if (notice.type === "ready") break;
  }
  const { url } = JSON.parse(readFileSync(join(folder, "data/run/hub.json"), "utf8")) as { url: string };
  hub.kill("SIGUSR2");
  await saying(/hub\.mistake \(rejection\) Error: nobody looked at/);
  assert.equal((await fetch(`${url}/health`)).status, 200);
  assert.match(
    await (await fetch(`${url}/metrics`)).text(),
    /servereye_mistakes_total\{kind="rejection"\} 1/,
  );
  hub.kill("SIGUSR2");
  await saying(/hub\.mistake \(exception\) Error: in the middle of something/);
  assert.deepEqual(await ended, [70, null]);
  const log = readFileSync(join(folder, "data/logs/hub.log"), "utf8");
  assert.deepEqual(
    [...log.matchAll(/"event":"hub\.mistake","kind":"(\w+)"/g)].map(([, kind]) => kind),
    ["rejection", "exception"],
  );
  assert.doesNotMatch(said + log, /0123456789abcdef0123/);
});
