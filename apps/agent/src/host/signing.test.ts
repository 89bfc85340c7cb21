/** Signatures in place: the same as the web's own, and not behind a disk that hangs. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { keyPairOf, randomBytes, utf8, verifierOf } from "@servereye/contract";
import { HubDouble } from "../link/hub-double.fixture.ts";
import { signerOf, verifierInPlace } from "./signing.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

test("what one signs the other verifies, and no other text", async () => {
  const seed = randomBytes(32);
  const [mine, web] = await Promise.all([signerOf(seed), keyPairOf(seed)]);
  assert.deepEqual(mine.publicKey, web.publicKey);
  const signature = await mine.sign(utf8("a"));
  assert.deepEqual(signature, await web.sign(utf8("a")));
  for (const verifier of [await verifierInPlace(mine.publicKey), await verifierOf(mine.publicKey)]) {
    assert.equal(await verifier(utf8("a"), signature), true);
    assert.equal(await verifier(utf8("b"), signature), false);
  }
  await assert.rejects(verifierInPlace(new Uint8Array(31)));
});

test("an agent answers while every thread of its pool waits for a disk", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "agent-busy-"));
  const hub = await HubDouble.start();
  const pipe = join(folder, "never");
  execFileSync("mkfifo", [pipe]);
  const args = ["--import", here("busy-threads.fixture.mjs"), here("../main.ts"), "--hub", hub.url];
  const agent = spawn(process.execPath, [...args, "--hub-key", hub.hubKey, "--data", join(folder, "data")], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { PATH: process.env.PATH, NEVER_WRITTEN: pipe, UV_THREADPOOL_SIZE: "4" },
  });
  t.after(async () => {
    agent.kill("SIGKILL");
    await once(agent, "close");
    await hub.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const caller = await hub.accept();
  assert.equal((await hub.put(caller, await hub.ask(caller, "ping"))).type, "answer");
  agent.kill("SIGUSR2");
  await once(agent.stdout, "data");
  assert.equal((await hub.put(caller, await hub.ask(caller, "ping"))).type, "answer");
});
