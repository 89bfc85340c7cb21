/** Limits of containers, cgroup v1 and v2, and the limits that are not the machine's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readCpuQuota, readMemoryLimit } from "./cgroup.ts";
import { fakeHost } from "./fake-host.ts";

const GiB = 2 ** 30;
const root = "/sys/fs/cgroup";

test("a plain machine with v2 has no limits, not even those of the agent's own service", () => {
  const host = fakeHost({
    files: {
      "/proc/1/cgroup": "0::/init.scope\n",
      "/proc/self/cgroup": "0::/system.slice/servereye.service\n",
      [`${root}/cgroup.controllers`]: "cpu memory\n",
      [`${root}/init.scope/memory.max`]: "max\n",
      [`${root}/init.scope/memory.current`]: "100000\n",
      [`${root}/system.slice/servereye.service/memory.max`]: "67108864\n",
      [`${root}/system.slice/servereye.service/cpu.max`]: "10000 100000\n",
    },
  });
  assert.equal(readMemoryLimit(host, 8 * GiB), undefined);
  assert.equal(readCpuQuota(host, 4), undefined);
});

test("a container with v2 sees its own limits at the root", () => {
  const host = fakeHost({
    files: {
      "/proc/1/cgroup": "0::/\n",
      [`${root}/memory.max`]: "1073741824\n",
      [`${root}/memory.current`]: "600000000\n",
      [`${root}/memory.stat`]: "anon 100000000\nfile 400000000\nslab 5\ninactive_file 300000000\n",
      [`${root}/memory.swap.max`]: "max\n",
      [`${root}/memory.swap.current`]: "4096\n",
      [`${root}/cpu.max`]: "150000 100000\n",
      [`${root}/cpu.stat`]: "usage_usec 2500000\nuser_usec 1\n",
    },
  });
  assert.deepEqual(readMemoryLimit(host, 8 * GiB), {
    limit: GiB,
    current: 600_000_000,
    inactiveFile: 300_000_000,
    file: 400_000_000,
    swapLimit: undefined,
    swapCurrent: 4096,
  });
  assert.deepEqual(readCpuQuota(host, 4), { cores: 1.5, used: 2.5 });
});

test("the tightest limit on the way up counts, with its own use", () => {
  const host = fakeHost({
    files: {
      "/proc/1/cgroup": "0::/a/b\n",
      [`${root}/a/memory.max`]: String(2 * GiB),
      [`${root}/a/memory.current`]: "7",
      [`${root}/a/b/memory.max`]: String(4 * GiB),
      [`${root}/a/b/memory.current`]: "5",
      [`${root}/a/b/cpu.max`]: "max 100000",
      [`${root}/a/cpu.max`]: "50000 100000",
    },
  });
  assert.equal(readMemoryLimit(host, 8 * GiB)?.limit, 2 * GiB);
  assert.equal(readMemoryLimit(host, 8 * GiB)?.current, 7);
  assert.deepEqual(readCpuQuota(host, 4), { cores: 0.5, used: undefined });
});

test("a container with v1 is named by the host's path but finds its files at the root", () => {
  const host = fakeHost({
    files: {
      "/proc/1/cgroup":
        "9:memory:/docker/abc\n5:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n0::/x\n",
      [`${root}/memory/memory.limit_in_bytes`]: "536870912\n",
      [`${root}/memory/memory.usage_in_bytes`]: "200000000\n",
      [`${root}/memory/memory.stat`]:
        "cache 9\ninactive_file 1\ntotal_cache 50000000\ntotal_inactive_file 40000000\n",
      [`${root}/memory/memory.memsw.limit_in_bytes`]: "1073741824\n",
      [`${root}/memory/memory.memsw.usage_in_bytes`]: "200004096\n",
      [`${root}/cpu,cpuacct/cpu.cfs_quota_us`]: "50000\n",
      [`${root}/cpu,cpuacct/cpu.cfs_period_us`]: "100000\n",
      [`${root}/cpu,cpuacct/cpuacct.usage`]: "1500000000\n",
    },
  });
  assert.deepEqual(readMemoryLimit(host, 8 * GiB), {
    limit: 536_870_912,
    current: 200_000_000,
    inactiveFile: 40_000_000,
    file: 50_000_000,
    swapLimit: 536_870_912,
    swapCurrent: 4096,
  });
  assert.deepEqual(readCpuQuota(host, 4), { cores: 0.5, used: 1.5 });
});

test("v1 without limits writes them as huge and negative numbers", () => {
  const host = fakeHost({
    files: {
      "/proc/1/cgroup": "4:memory:/\n2:cpuacct:/\n1:cpu:/\n0::/\n",
      [`${root}/memory/memory.limit_in_bytes`]: "9223372036854771712\n",
      [`${root}/memory/memory.usage_in_bytes`]: "200000000\n",
      [`${root}/cpu/cpu.cfs_quota_us`]: "-1\n",
      [`${root}/cpu/cpu.cfs_period_us`]: "100000\n",
    },
  });
  assert.equal(readMemoryLimit(host, 8 * GiB), undefined);
  assert.equal(readCpuQuota(host, 4), undefined);
});

test("v1 with cpu and cpuacct mounted apart finds the time used in the other", () => {
  const host = fakeHost({
    files: {
      "/proc/1/cgroup": "2:cpuacct:/box\n1:cpu:/box\n",
      [`${root}/cpu/box/cpu.cfs_quota_us`]: "100000",
      [`${root}/cpu/box/cpu.cfs_period_us`]: "100000",
      [`${root}/cpuacct/box/cpuacct.usage`]: "3000000000",
    },
  });
  assert.deepEqual(readCpuQuota(host, 4), { cores: 1, used: 3 });
});

test("where the groups of process 1 are hidden the root still tells", () => {
  const v2 = fakeHost({ files: { [`${root}/memory.max`]: "1000", [`${root}/memory.current`]: "10" } });
  assert.equal(readMemoryLimit(v2, GiB)?.limit, 1000);
  const v1 = fakeHost({
    files: {
      [`${root}/memory/memory.limit_in_bytes`]: "900",
      [`${root}/memory/memory.usage_in_bytes`]: "10",
    },
  });
  assert.equal(readMemoryLimit(v1, GiB)?.limit, 900);
});

test("no contents make it fail, or leave the tree", () => {
  const content = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.constantFrom(
      "0::/../../etc",
      "1:memory,cpu:/a/b",
      "max",
      "max max",
      "0 0",
      "-1",
      "5 0",
      "0::/",
      ":::::",
    ),
  );
  fc.assert(
    fc.property(content, content, content, (groups, limit, current) => {
      const host = fakeHost({
        files: {
          "/proc/1/cgroup": groups,
          [`${root}/memory.max`]: limit,
          [`${root}/memory.current`]: current,
          [`${root}/cpu.max`]: limit,
        },
      });
      readMemoryLimit(host, GiB);
      const quota = readCpuQuota(host, 4);
      assert.ok(quota === undefined || (quota.cores > 0 && quota.cores < 4));
      for (const path of host.touched) assert.ok(!path.includes("/../"), path);
    }),
  );
});
