/** What containers take, by the files of cgroup v2 and v1 as engines lay them out, or by the engine. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { absentDocker, type FakeHost, fakeHost } from "../kernel/fake-host.ts";
import type { EngineCall } from "./engine.ts";
import { processesIn } from "./groups.ts";
import { usageOf } from "./usage.ts";

const ID = "0123456789abcdef".repeat(4);
const LAYOUTS = {
  "Docker under systemd": `/system.slice/docker-${ID}.scope`,
  "Docker by itself": `/docker/${ID}`,
  "rootless Docker": `/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${ID}.scope`,
  Podman: `/machine.slice/libpod-${ID}.scope`,
};

/** Half a processor for as long as the clock is turned, from 1,000,000 µs on. */
function v2(path: string, more: Record<string, string> = {}): FakeHost {
  const own = `/sys/fs/cgroup${path}`;
  const cpu = (micro: number) => `usage_usec ${micro}\nuser_usec 1\nnr_periods 0\n`;
  const host = fakeHost({
    files: {
      "/proc/77/cgroup": `0::${path}\n`,
      [`${own}/cpu.stat`]: cpu(1_000_000),
      [`${own}/memory.current`]: "5000000\n",
      [`${own}/memory.stat`]: "anon 1\nfile 9\ninactive_file 2000000\nactive_file 7\n",
      [`${own}/cgroup.procs`]: "77\n",
      ...more,
    },
  });
  const goOn = (at: FakeHost, ms: number) => {
    if (at.peek(`${own}/cpu.stat`) === undefined) return;
    at.put(`${own}/cpu.stat`, cpu(1_000_000 + ms * 500));
    at.after(10, (again) => goOn(again, ms + 10));
  };
  host.after(10, (at) => goOn(at, 10));
  return host;
}

const usage = async (host: FakeHost) =>
  (await usageOf(host, [{ id: ID, pid: 77 }], host.monotonic() + 4_000)).get(ID);

describe("cgroup v2", () => {
  for (const [engine, path] of Object.entries(LAYOUTS))
    test(`${engine}: half a processor, and memory without what the kernel gives back`, async () => {
      assert.deepEqual(await usage(v2(path)), { cpu: 50, memory: 3_000_000 });
    });

  test("a system in the container: its own groups count to it, and their processes are found", async () => {
    const path = `/system.slice/docker-${ID}.scope`;
    const inner = `/sys/fs/cgroup${path}/system.slice/app.service`;
    const host = v2(path, {
      "/proc/77/cgroup": `0::${path}/init.scope\n`,
      [`${inner}/cgroup.procs`]: "91\n92\n",
      [`${inner}/memory.stat`]: "",
    });
    assert.deepEqual(await usage(host), { cpu: 50, memory: 3_000_000 });
    const group = { version: 2 as const, cpu: `/sys/fs/cgroup${path}`, memory: `/sys/fs/cgroup${path}` };
    assert.deepEqual(processesIn(host, group), [77, 91, 92]);
  });

  test("asked again soon it waits for nothing, and asked long after it compares with nothing old", async () => {
    const host = v2(`/docker/${ID}`);
    const took = async () => {
      const from = host.monotonic();
      assert.equal((await usage(host))?.cpu, 50);
      return host.monotonic() - from;
    };
    assert.equal(await took(), 250);
    assert.equal(await took(), 0);
    host.turn(100);
    assert.equal(await took(), 0);
    host.turn(4_000);
    assert.equal(await took(), 0);
    host.turn(60_000);
    assert.equal(await took(), 250);
  });

  test("another life under the same name is compared with nothing of the one before", async () => {
    const host = v2(`/docker/${ID}`);
    await usage(host);
    host.put("/proc/78/cgroup", `0::/docker/${ID}\n`);
    const from = host.monotonic();
    const again = await usageOf(host, [{ id: ID, pid: 78 }], from + 4_000);
    assert.deepEqual([again.get(ID)?.cpu, host.monotonic() - from], [50, 250]);
  });

  test("what ends meanwhile is left out", async () => {
    const host = v2(`/docker/${ID}`);
    host.after(100, (at) => at.remove("/sys/fs/cgroup/docker"));
    assert.equal(await usage(host), undefined);
  });
});

test("cgroup v1: both mounts of processor time, and memory with what is below", async () => {
  for (const mount of ["cpu,cpuacct", "cpuacct"]) {
    const memory = `/sys/fs/cgroup/memory/docker/${ID}`;
    const host = fakeHost({
      files: {
        "/proc/77/cgroup": `5:memory:/docker/${ID}\n4:cpu,cpuacct:/docker/${ID}\n0::/\n`,
        [`/sys/fs/cgroup/${mount}/docker/${ID}/cpuacct.usage`]: "1000000000\n",
        [`${memory}/memory.usage_in_bytes`]: "5000000\n",
        [`${memory}/memory.stat`]: "inactive_file 1\ntotal_inactive_file 2000000\n",
      },
    });
    host.after(100, (at) => at.put(`/sys/fs/cgroup/${mount}/docker/${ID}/cpuacct.usage`, "1250000000\n"));
    assert.deepEqual(await usage(host), { cpu: 100, memory: 3_000_000 });
  }
});

test("groups that are another's or not to be seen from here: the engine tells, by its own clock", async () => {
  const paths = [`/../${ID}`, "/system.slice/ssh.service", `/docker/${"f".repeat(64)}`];
  for (const path of paths) {
    const asked: EngineCall[] = [];
    const call = async (one: EngineCall) => {
      const nth = asked.push(one);
      const body = {
        read: `2025-01-15T12:00:0${nth}.500000000Z`,
        cpu_stats: { cpu_usage: { total_usage: nth * 2e9 } },
        memory_stats: { usage: 5_000_000, stats: { inactive_file: 2_000_000 } },
      };
      return { status: 200, body };
    };
    const never = () => Promise.reject(new Error("not asked"));
    const engine = { call, stream: never, read: never };
    const host = fakeHost({
      files: { "/proc/77/cgroup": `0::${path}\n` },
      docker: { ...absentDocker(), engine },
    });
    assert.deepEqual(await usage(host), { cpu: 200, memory: 3_000_000 });
    assert.deepEqual(
      asked.map(({ route, path: parts }) => [route, parts?.id]),
      [
        ["container.stats", ID],
        ["container.stats", ID],
      ],
    );
  }
});
