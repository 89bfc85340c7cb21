/** The watch over containers on a real engine: what is told of each way to end, and what is not. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, describe, test } from "node:test";
import { createJobs, Episodes } from "@servereye/commands/agent";
import { type AgentEvent, keyPairOf, randomBytes } from "@servereye/contract";
import { startDocker, type TestDocker } from "../../../../test/engines/docker.ts";
import { needs } from "../../../../test/engines.ts";
import { type Clock, systemClock } from "../clock.ts";
import { MemoryDisk } from "../disk.fixture.ts";
import { machineDocker } from "../host/docker/docker.ts";
import { identityOf, watchedLog } from "../link/agent.fixture.ts";
import { keptIn } from "./kept.ts";
import { ContainerWatch } from "./watch.ts";

const PATH = "/data/episodes.json";

interface Payload {
  episode: string;
  revision: number;
  kind: string;
  container: string;
  up: boolean;
  end?: string;
  exitCode?: number;
  oom: boolean;
  restarts: number;
  lines?: string[];
}

/** The real time, and as much more as it was turned: for what waits longer than a test should. */
function clockAhead(): Clock & { turn(ms: number): void } {
  let ahead = 0;
  const timers = new Set<{ at: number; run: () => void }>();
  const monotonic = () => performance.now() + ahead;
  return {
    now: () => Date.now() + ahead,
    monotonic,
    after(ms, run) {
      const off = () => {
        clearTimeout(timer);
        timers.delete(one);
      };
      const one = {
        at: monotonic() + ms,
        run: () => {
          off();
          run();
        },
      };
      const timer = setTimeout(one.run, ms);
      timers.add(one);
      return off;
    },
    turn(ms) {
      ahead += ms;
      for (const one of [...timers]) if (one.at <= monotonic()) one.run();
    },
  };
}

describe("containers in trouble, on a real engine", {
  ...needs("docker", "busybox"),
  timeout: 120_000,
}, () => {
  let docker: TestDocker;
  const watches: ContainerWatch[] = [];
  before(async () => {
    docker = await startDocker();
  });
  after(() => docker.stop());
  afterEach(async () => {
    for (const watch of watches.splice(0)) await watch.stop();
  });

  /** A watch whose hub acknowledges all, unless it is away. */
  async function watching(disk = new MemoryDisk(), allow = ["containers.logs"], clock: Clock = systemClock) {
    const { log, saw } = watchedLog();
    const identity = await identityOf(await keyPairOf(randomBytes(32)));
    const policy = { allow, bindRoots: [], protect: [] };
    const watch = new ContainerWatch({
      docker: machineDocker({ address: docker.address, policy, jobs: createJobs(systemClock), log }),
      ...{ clock, log, uuid: randomUUID, disk, path: PATH, left: await keptIn(disk, PATH, log) },
      queue: { identity, hubTime: { now: () => Date.now() }, bootId: "boot" },
    });
    watches.push(watch);
    const told: Payload[] = [];
    const waiting = new Set<() => void>();
    const hub = {
      tell: (event: AgentEvent) => {
        told.push(event.payload as Payload);
        for (const wake of waiting) wake();
        queueMicrotask(() => watch.events.acked(event.id));
      },
    };
    return {
      ...{ watch, told, saw, disk },
      hubIsThere: () => watch.events.open(hub),
      hubIsAway: () => watch.events.close(),
      /** The first that fits, also of those before. */
      async until(so: (one: Payload) => boolean): Promise<Payload> {
        for (;;) {
          const found = told.find(so);
          if (found !== undefined) return found;
          await new Promise<void>((resolve) => waiting.add(resolve));
        }
      },
      /** Begins, and resolves when the engine is listened to. */
      async begin() {
        const before = disk.text(PATH);
        watch.start();
        await kept(disk, (text) => text !== before);
      },
    };
  }

  const run = (name: string, script: string, more: object = {}) =>
    docker.run({ name, Cmd: ["sh", "-c", script], ...more });
  /** Resolves when what is kept is so. */
  async function kept(disk: MemoryDisk, so: (text: string) => boolean): Promise<void> {
    while (!so(disk.text(PATH))) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  test("each ends in one episode with its code, its reason and its last lines; what was asked for in none", async () => {
    const b = await watching();
    b.hubIsThere();
    await b.begin();
    const limited = { HostConfig: { Memory: 16 << 20, MemorySwap: 16 << 20 } };
    const always = { HostConfig: { RestartPolicy: { Name: "always" } } };
    const sick = { Healthcheck: { Test: ["CMD", "false"], Interval: 2e8, Timeout: 1e9, Retries: 1 } };
    const done = await run("done", "echo fine");
    const stopped = await run("stopped", "trap 'exit 5' TERM; while :; do sleep 0.05; done");
    const killed = await run("killed", "sleep 1000");
    await docker.until(done, ({ State }) => State.Status === "exited");
    await docker.ask("POST", `/containers/${stopped}/stop?t=5`);
    await docker.ask("POST", `/containers/${killed}/restart?t=0`);
    await docker.remove(killed);
    await run("failed", "echo one; printf 'two\\033[31m\\n' >&2; exit 3");
    await run("greedy", "x=$(head -c 200m /dev/zero | tr '\\0' a); echo $x", limited);
    await run("again", "sleep 0.1; exit 1", always);
    await run("sick", "sleep 1000", sick);
    const failed = await b.until(({ container }) => container === "failed");
    assert.deepEqual(
      [failed.kind, failed.exitCode, failed.up, failed.lines?.toSorted()],
      ["died", 3, false, ["one", "two"]],
    );
    const greedy = await b.until(({ container }) => container === "greedy");
    assert.deepEqual([greedy.kind, greedy.exitCode, greedy.oom], ["oom", 137, true]);
    const again = await b.until(({ container, kind }) => container === "again" && kind === "looping");
    assert.ok(again.restarts >= 3);
    const ill = await b.until(({ container }) => container === "sick");
    assert.deepEqual([ill.kind, ill.up], ["unhealthy", true]);
    await docker.ask("POST", "/containers/again/stop?t=0");
    const end = await b.until(({ container, end }) => container === "again" && end !== undefined);
    assert.deepEqual([end.end, end.episode], ["stopped", again.episode]);
    const names = new Set(b.told.map(({ container }) => container));
    assert.deepEqual([...names].toSorted(), ["again", "failed", "greedy", "sick"]);
    assert.equal(new Set(b.told.map(({ episode }) => episode)).size, 4);
    for (const name of ["failed", "greedy", "again", "sick", "stopped", "done"]) await docker.remove(name);
  });

  test("an agent that was killed goes on with its episode, and tells what came while it was gone, once", async () => {
    const disk = new MemoryDisk();
    const first = await watching(disk);
    // Its hub is away: what it tells is kept.
    await first.begin();
    await run("lasting", "exit 4");
    await first.saw("container.episode");
    await kept(disk, (text) => text.includes('"container":"lasting"'));
    // Killed: nothing of it is written any more.
    const left = new MemoryDisk();
    left.put(PATH, disk.text(PATH));
    await first.watch.stop();
    await run("missed", "exit 6");
    await docker.until("missed", ({ State }) => State.Status === "exited");

    const clock = clockAhead();
    const second = await watching(left, [], clock);
    second.hubIsThere();
    await second.begin();
    const lasting = await second.until(({ container }) => container === "lasting");
    const missed = await second.until(({ container }) => container === "missed");
    assert.deepEqual([lasting.revision, lasting.exitCode, lasting.lines], [1, 4, []]);
    assert.deepEqual(
      [missed.exitCode, missed.lines],
      [6, undefined],
      "the policy keeps its log from being told",
    );
    await docker.remove("lasting");
    await kept(left, (text) => text.includes('"removedAt"'));
    // It may be made anew for ten seconds.
    clock.turn(10_000);
    const gone = await second.until(({ container, end }) => container === "lasting" && end !== undefined);
    assert.deepEqual([gone.end, gone.episode], ["removed", lasting.episode]);
    assert.equal(new Set(second.told.map(({ episode }) => episode)).size, 2);
    await docker.remove("missed");
  });

  test("an engine that was killed and came back is followed on", async () => {
    const b = await watching();
    b.hubIsThere();
    await b.begin();
    await docker.kill();
    await docker.again();
    await run("after", "exit 9");
    assert.equal((await b.until(({ container }) => container === "after")).exitCode, 9);
    assert.deepEqual([...new Set(b.told.map(({ container }) => container))], ["after"]);
    await docker.remove("after");
  });
});

test("a file that is torn is begun anew", async () => {
  const disk = new MemoryDisk();
  const { log, saw } = watchedLog();
  for (const text of ['{"form":1,"tracks":[{"na', "null", '{"form":0,"tracks":[],"events":{"waiting":[]}}']) {
    disk.put(PATH, text);
    assert.deepEqual((await keptIn(disk, PATH, log)).tracks, []);
    await saw("watch.forgotten");
  }
  assert.equal(new Episodes(randomUUID).next(), undefined);
});
