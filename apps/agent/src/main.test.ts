/** The agent as its users run it: the built bundle as a process of its own, against a hub double. */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Caller, faultOf, HubDouble } from "./link/hub-double.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "agent-main-"));
const bundle = join(folder, "agent.mjs");
const running: Running[] = [];
let hub: HubDouble;

before(async () => {
  const build = fileURLToPath(new URL("../build.mjs", import.meta.url));
  execFileSync(process.execPath, [build, bundle]);
  hub = await HubDouble.start();
});
after(async () => {
  await hub.stop();
  rmSync(folder, { recursive: true });
});
afterEach(async () => {
  for (const one of running.splice(0)) {
    one.child.kill("SIGKILL");
    await one.ended;
  }
});

interface Running {
  child: ChildProcess;
  ended: Promise<number | null>;
  /** The fields of a log line with this event, now or when it comes. */
  saw(event: string): Promise<Record<string, unknown>>;
  said(): string;
}

function start(data: string, args: string[] = [], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [bundle, "--hub", hub.url, "--data", join(folder, data), ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env.PATH, ...env },
  });
  let said = "";
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const one of waiting) one();
    waiting.clear();
  };
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    wake();
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on("close", (code) => {
      resolve(code);
      wake();
    });
  });
  const saw = async (event: string) => {
    for (;;) {
      for (const line of said.split("\n")) if (line.includes(`"event":"${event}"`)) return JSON.parse(line);
      if (child.exitCode !== null) throw new Error(`ended without "${event}": ${said}`);
      await new Promise<void>((resolve) => waiting.add(resolve));
    }
  };
  const one = { child, ended, saw, said: () => said };
  running.push(one);
  return one;
}

const trusted = (): string[] => ["--hub-key", hub.hubKey];

async function pinged(caller: Caller): Promise<void> {
  const before = Date.now();
  const { type, payload } = await hub.put(caller, await hub.ask(caller, "ping"));
  assert.equal(type, "answer", JSON.stringify(payload));
  const { clock } = payload as { clock: number };
  assert.ok(clock >= before - 5_000 && clock <= Date.now() + 5_000);
}

describe("the bundle", () => {
  test("answers ping, and ends well within a second of SIGTERM", async () => {
    const agent = start("ping", trusted());
    const caller = await hub.accept();
    await pinged(caller);
    const asked = performance.now();
    agent.child.kill("SIGTERM");
    assert.equal(await agent.ended, 0);
    assert.ok(performance.now() - asked < 1_000);
    assert.equal((await caller.closed).code, 1000);
  });

  test("ends at SIGTERM also while no hub is there, and when its parent is gone", async () => {
    const alone = start("alone", ["--hub", "ws://127.0.0.1:1", ...trusted()]);
    await alone.saw("link.lost");
    alone.child.kill("SIGTERM");
    assert.equal(await alone.ended, 0);
    const child = start("child", [...trusted(), "--with-parent"]);
    await hub.accept();
    child.child.stdin?.end();
    assert.equal(await child.ended, 0);
  });

  test("pairs by the code both sides work out, and needs no flag the next time", async () => {
    const first = start("pair", ["--pair"]);
    const caller = await hub.caller();
    await hub.meet(caller);
    caller.send({ t: "waiting", expires: Date.now() + 600_000, hubTime: Date.now() });
    assert.equal(String((await first.saw("link.waiting")).code).replace("-", ""), caller.code);
    await caller.welcome();
    await pinged(caller);
    first.child.kill("SIGKILL");
    await first.ended;
    start("pair");
    const again = await hub.accept();
    assert.equal(again.serverId, caller.serverId);
    await pinged(again);
  });

  test("refuses a message it had before it was killed", async () => {
    const first = start("replay", trusted());
    const caller = await hub.accept();
    const message = await hub.ask(caller, "ping", { expires: Date.now() + 60_000 });
    await hub.put(caller, message);
    const journal = join(folder, "replay/seen.log");
    // Readings are noted aside, so the note may stand a moment after the answer.
    while (!readFileSync(journal, "utf8").includes(message.id)) await pinged(caller);
    first.child.kill("SIGKILL");
    await first.ended;
    start("replay", trusted());
    const again = await hub.accept();
    assert.equal(faultOf(await hub.put(again, message)).code, "COMMAND_REPLAYED");
  });

  test("measures the machine at its pace, and tells it all to the hub", async () => {
    start("samples", trusted(), { SERVEREYE_AGENT_INTERVAL: "1", SERVEREYE_AGENT_SAMPLES: "cores" });
    const caller = await hub.accept();
    caller.send({ t: "pace", perSecond: 100 });
    const times: number[] = [];
    const seen = new Map<string, number>();
    for (let last = -1; times.length < 4; ) {
      const { batch } = await caller.frame("samples");
      assert.equal(batch.boot, readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
      for (const { seq, at, values } of batch.samples) {
        if (seq > last) times.push(at);
        last = Math.max(last, seq);
        for (const [column, { key }] of batch.series.entries())
          if (values[column] !== null) seen.set(key, values[column] ?? 0);
      }
      caller.send({ t: "kept", boot: batch.boot, from: 0, to: last });
    }
    // The first is the start's own; the others lie on one grid, however late the machine was at one of them.
    const [, first = 0, ...others] = times;
    for (const at of others) {
      const off = (at - first + 500) % 1_000;
      assert.ok(at > first && off > 100 && off < 900, times.join(" "));
    }
    for (const key of ["cpu.usage", "cpu.core_usage", "memory.usage", "disk.used", "network.tcp"])
      assert.ok(seen.has(key), key);
    assert.ok((seen.get("processes.total") ?? 0) > 1);
    assert.ok((seen.get("uptime.seconds") ?? 0) > 0);
  });

  test("never shows its key or its token", async () => {
    const agent = start("secret", trusted(), { SERVEREYE_AGENT_ENROL: "a-token-to-keep-quiet" });
    const caller = await hub.caller();
    assert.equal((await hub.meet(caller)).enrol, "a-token-to-keep-quiet");
    caller.send({ t: "refused", code: "TOKEN_INVALID", detail: "spent", again: false });
    assert.equal(await agent.ended, 2);
    const key = readFileSync(join(folder, "secret/server.key"), "utf8").trim();
    assert.ok(!agent.said().includes(key.slice(4)));
    assert.ok(!agent.said().includes("quiet"));
  });

  test("moves to no other hub by a flag", async () => {
    const first = start("moved", trusted());
    await pinged(await hub.accept());
    first.child.kill("SIGTERM");
    await first.ended;
    const second = start("moved", ["--hub-key", "k".repeat(43)]);
    assert.equal(await second.ended, 2);
    assert.match(second.said(), /belongs to another hub/);
  });

  test("tells its version, its help, and what is wrong with its settings", () => {
    const run = (...args: string[]) => spawnSync(process.execPath, [bundle, ...args], { encoding: "utf8" });
    assert.match(run("--version").stdout, /^\d+\.\d+\.\d+\n$/);
    assert.match(run("--help").stdout, /--hub-key/);
    writeFileSync(join(folder, "agent.env"), "SERVEREYE_AGENT_INTERVAL=0\n");
    const wrong = run("--data", folder, "--paier");
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, /INTERVAL/);
    assert.match(wrong.stderr, /Did you mean --pair\?/);
  });
});
