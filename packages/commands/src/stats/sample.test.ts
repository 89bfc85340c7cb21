/** Containers in samples: by the files of cgroup v2 on a made-up machine, and by those that a real engine makes here. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startDocker, type TestDocker } from "../../../../test/engines/docker.ts";
import { needs } from "../../../../test/engines.ts";
import { type Engine, EngineRefusal } from "../docker/engine.ts";
import { hostWith, plainEngine } from "../docker/plain-engine.test-code.ts";
import type { Host } from "../host.ts";
import { absentDocker, fakeHost } from "../kernel/fake-host.ts";
import { statsContainerSampler } from "./sample.ts";

const ID = "0123456789abcdef".repeat(4);

function sampling(host: Host) {
  const look = statsContainerSampler.start(host, { cores: false });
  return async () =>
    Object.fromEntries(
      (await look()).map(([{ key, of }, value]) => [`${key.slice("container.".length)} ${of}`, value]),
    );
}

/** One container, as an engine tells of it; `pid` 0: it is gone. */
function engineOf(state: { pid: number; network?: string }, calls: string[]): Engine {
  return {
    ...absentDocker().engine,
    async call({ route }) {
      calls.push(route);
      const up = { Id: ID, Names: ["/web"], State: "running" };
      if (route === "containers.list") return { status: 200, body: state.pid > 0 ? [up] : [] };
      if (route !== "container.inspect" || state.pid === 0) throw new EngineRefusal(404, "no such container");
      const { pid: Pid, network: NetworkMode = "bridge" } = state;
      return {
        status: 200,
        body: {
          Id: ID,
          Name: "/web",
          State: { Status: "running", Pid },
          Config: {},
          HostConfig: { NetworkMode },
        },
      };
    },
  };
}

const own = `/sys/fs/cgroup/system.slice/docker-${ID}.scope`;
const files = (pid: number, at: number) => ({
  [`/proc/${pid}/cgroup`]: `0::/system.slice/docker-${ID}.scope\n`,
  [`${own}/cpu.stat`]: `usage_usec ${1e6 + at * 5e5}\nnr_periods ${at * 10}\nnr_throttled ${at * 4}\n`,
  [`${own}/memory.current`]: "5000000\n",
  [`${own}/memory.max`]: "12000000\n",
  [`${own}/memory.stat`]: "inactive_file 2000000\n",
  [`${own}/io.stat`]: `8:0 rbytes=${at * 100} wbytes=0 rios=1\n8:16 rbytes=${at * 100} wbytes=${at * 50} rios=1\n`,
  [`/proc/${pid}/net/dev`]: `a\nb\n    lo: 9${at} 1 0 0 0 0 0 0 9 1 0 0 0 0 0 0\n  eth0: ${at * 300} 1 0 0 0 0 0 0 ${at * 700} 1 0 0 0 0 0 0\n`,
});
const STANDING = { "memory web": 3_000_000, "memory_usage web": 25 };
const RATES = {
  ...{ "cpu web": 50, "in web": 300, "out web": 700, "read web": 200, "write web": 50 },
  "throttled web": 40,
};

test("a container's figures come from its own files, and the engine is asked for its list once a minute", async () => {
  const calls: string[] = [];
  const state = { pid: 77 };
  const host = fakeHost({
    files: { "/proc/meminfo": "MemTotal: 100000 kB\n", ...files(77, 0) },
    docker: { ...absentDocker(), engine: engineOf(state, calls) },
  });
  const sample = sampling(host);
  const go = (pid: number, at: number) => {
    host.turn(10_000);
    for (const [path, text] of Object.entries(files(pid, at))) host.put(path, text);
  };
  assert.deepEqual(await sample(), STANDING);
  for (let at = 10; at <= 50; at += 10) {
    go(77, at);
    assert.deepEqual(await sample(), { ...STANDING, ...RATES });
  }
  assert.deepEqual(calls, ["containers.list", "container.inspect"]);
  go(77, 60);
  await sample();
  assert.deepEqual(calls.slice(2), ["containers.list"], "the same process is not inspected again");

  // Started again: its first process is another one, and its counters begin anew.
  host.remove("/proc/77");
  host.turn(10_000);
  assert.deepEqual(await sample(), {});
  state.pid = 99;
  go(99, 1);
  assert.deepEqual(await sample(), STANDING, "found again at once, with nothing to compare with");
  go(99, 11);
  assert.deepEqual(await sample(), { ...STANDING, ...RATES });
  state.pid = 0;
  host.remove("/proc/99");
  host.remove(own);
  host.turn(10_000);
  await sample();
  host.turn(10_000);
  assert.deepEqual(await sample(), {});
});

test("with the machine's network it has no traffic of its own; without an engine there is nothing, and it is seldom asked", async () => {
  const calls: string[] = [];
  const docker = { ...absentDocker(), engine: engineOf({ pid: 77, network: "host" }, calls) };
  const host = fakeHost({ files: files(77, 0), docker });
  const sample = sampling(host);
  await sample();
  host.turn(10_000);
  for (const [path, text] of Object.entries(files(77, 10))) host.put(path, text);
  assert.deepEqual(
    Object.keys(await sample()).filter((name) => /^(in|out) /.test(name)),
    [],
  );
  let asked = 0;
  const away = absentDocker();
  const counted: Engine = {
    ...away.engine,
    call: (call) => {
      asked += 1;
      return away.engine.call(call);
    },
  };
  const bare = fakeHost({ docker: { ...away, engine: counted } });
  const none = sampling(bare);
  for (let at = 0; at < 29; at++) {
    assert.deepEqual(await none(), {});
    bare.turn(10_000);
  }
  assert.equal(asked, 1);
});

describe("on a real engine", { ...needs("docker", "busybox"), timeout: 120_000 }, () => {
  let docker: TestDocker;
  before(async () => {
    docker = await startDocker();
  });
  after(() => docker.stop());

  test("one that works hard, one that rests, and one that is gone", async () => {
    const HostConfig = { Memory: 64 << 20, CpuPeriod: 20_000, CpuQuota: 10_000 };
    await docker.run({ name: "busy", Cmd: ["sh", "-c", "while :; do :; done"], HostConfig });
    const idle = await docker.run({ name: "idle" });
    const calls: string[] = [];
    const host = hostWith(plainEngine(docker, calls));
    const sample = sampling(host);
    const first = await sample();
    assert.ok((first["memory idle"] ?? 0) > 0 && first["cpu idle"] === undefined);
    await host.wait(1_500);
    const second = await sample();
    const [busy = 0, rest = 1e9] = [second["cpu busy"], second["cpu idle"]];
    assert.ok(busy > 5 && busy < 75, `half a processor at the most: ${busy}`);
    assert.ok(rest < 5, String(rest));
    assert.ok((second["throttled busy"] ?? 0) > 0);
    assert.ok((second["memory_usage busy"] ?? 0) > 0 && second["memory_usage idle"] === undefined);
    for (const name of ["in idle", "out idle", "read idle", "write idle"])
      assert.ok((second[name] ?? -1) >= 0, name);
    assert.deepEqual(calls, ["containers.list", "container.inspect", "container.inspect"]);
    await docker.remove(idle);
    const third = await sample();
    assert.deepEqual(
      Object.keys(third).filter((name) => name.endsWith(" idle")),
      [],
    );
    await docker.remove("busy");
  });
});
