/** The samplers of all commands: on a made-up machine whose every figure is known, and on this very one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_SERIES, Series } from "@servereye/contract";
import { needs } from "../../../../test/engines.ts";
import { collectors, samplers } from "../agent.ts";
import type { Host } from "../host.ts";
import { measures } from "../hub.ts";
import type { Values } from "../kit.ts";
import { type FakeHost, fakeHost } from "./fake-host.ts";
import { realHost } from "./real-host.ts";

/** All samplers of a machine as one; values by series. */
function sampling(host: Host, cores = false) {
  const looks = samplers.map((sampler) => sampler.start(host, { cores }));
  return async () => {
    const values: Values = (await Promise.all(looks.map((look) => look()))).flat();
    const named = values.map(([{ key, of }, value]) => [of === undefined ? key : `${key} ${of}`, value]);
    const found: Record<string, number> = Object.fromEntries(named);
    assert.equal(Object.keys(found).length, values.length, "a series twice");
    for (const [series] of values) Series.parse(series);
    return found;
  };
}

const stat = (user: number, system: number, idle: number, iowait: number, steal: number) =>
  `cpu  ${user} 0 ${system} ${idle} ${iowait} 0 0 ${steal} 0 0\ncpu0 ${user} 0 0 ${idle} 0 0 0 0 0 0\nbtime 1\n`;
const psi = (micro: number) =>
  `some avg10=9.00 avg60=0.00 avg300=0.00 total=${micro}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1\n`;
const diskstats = (reads: number, sectors: number, busyMs: number) =>
  `   8       0 sda ${reads} 0 ${sectors} 5 ${reads} 0 ${sectors} 7 0 ${busyMs} 12\n`;
const netdev = (bytes: number, packets: number, errors: number) =>
  `Inter-|\n face |\n    lo: 9 9 0 0 0 0 0 0 9 9 0 0 0 0 0 0\n  eth0: ${bytes} ${packets} ${errors} 2 0 0 0 0 ${bytes} ${packets} 0 0 0 0 0 0\n`;
const socket = (state: string) =>
  `   0: 0100007F:5E58 00000000:0000 ${state} 00000000:00000000 00:00000000\n`;

function machine(): FakeHost {
  return fakeHost({
    processors: 2,
    spaces: {
      "/": { total: 1_000, free: 600, available: 400, inodes: 100, inodesFree: 75 },
      "/nas": "hung",
    },
    files: {
      "/proc/stat": stat(100, 100, 100, 100, 100),
      "/proc/loadavg": "4.00 2.50 1.25 2/300 999\n",
      "/proc/uptime": "86400.50 1.00\n",
      "/proc/meminfo":
        "MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 250 kB\nSwapTotal: 200 kB\nSwapFree: 150 kB\n",
      "/proc/pressure/cpu": psi(0),
      "/proc/pressure/memory": psi(0),
      "/proc/pressure/io": psi(0),
      "/proc/diskstats": diskstats(1_000, 8_000, 100),
      "/proc/net/dev": netdev(1_000, 100, 0),
      "/proc/net/sockstat": "sockets: used 9\nTCP: inuse 3 orphan 1 tw 1 alloc 5 mem 1\n",
      "/proc/net/sockstat6": "TCP6: inuse 1\n",
      "/proc/net/snmp": "Tcp: RtoAlgorithm CurrEstab\nTcp: 1 2\n",
      "/proc/net/tcp": `  sl  local\n${["0A", "01", "08", "06"].map(socket).join("")}`,
      "/proc/net/tcp6": `  sl  local\n${socket("0A")}`,
      "/proc/1/stat": "",
      "/proc/77/stat": "",
      "/proc/self/mountinfo": "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:50 / /nas rw - nfs4 nas:/srv rw\n",
      "/sys/block/sda/size": "1",
      "/sys/class/net/eth0/speed": "1000\n",
      "/sys/class/hwmon/hwmon0/name": "coretemp",
      "/sys/class/hwmon/hwmon0/temp1_input": "40000",
      "/sys/class/hwmon/hwmon0/temp1_label": "Core 0",
      "/sys/class/hwmon/hwmon0/temp2_input": "60000",
      "/sys/class/hwmon/hwmon0/temp2_label": "Core 1",
      "/sys/class/hwmon/hwmon1/name": "nvme",
      "/sys/class/hwmon/hwmon1/temp1_input": "30500",
    },
  });
}

const STANDING = {
  "cpu.load1": 4,
  "cpu.load5": 2.5,
  "cpu.load15": 1.25,
  "cpu.load_per_core": 2,
  "memory.usage": 75,
  "memory.available": 256_000,
  "memory.swap_usage": 25,
  "disk.used /": 50,
  "disk.used_bytes /": 400,
  "disk.inodes /": 25,
  "network.tcp established": 1,
  "network.tcp opening": 0,
  "network.tcp closing": 0,
  "network.tcp time_wait": 1,
  "network.tcp close_wait": 1,
  "network.tcp listening": 2,
  "network.tcp orphan": 1,
  "temp.celsius coretemp Core 0": 40,
  "temp.celsius coretemp Core 1": 60,
  "temp.celsius nvme": 30.5,
  "temp.average": 50,
  "processes.total": 2,
  "uptime.seconds": 86_400.5,
};

test("a first sample has what stands, a second what went on between the two; a filesystem that hangs is a gap", async () => {
  const host = machine();
  const sample = sampling(host, true);
  assert.deepEqual(await sample(), STANDING);
  host.turn(10_000);
  host.put("/proc/stat", stat(300, 200, 600, 200, 200));
  host.put("/proc/pressure/cpu", psi(2_500_000));
  host.put("/proc/pressure/memory", psi(0));
  host.put("/proc/pressure/io", psi(10_000_000));
  host.put("/proc/diskstats", diskstats(1_100, 28_000, 2_600));
  host.put("/proc/net/dev", netdev(1_251_000, 1_090, 10));
  await sample.call(undefined).then((values) =>
    assert.deepEqual(values, {
      ...STANDING,
      "cpu.usage": 40,
      "cpu.user": 20,
      "cpu.system": 10,
      "cpu.iowait": 10,
      "cpu.steal": 10,
      "cpu.core_usage 0": (200 / 700) * 100,
      "cpu.pressure": 25,
      "memory.pressure": 0,
      "disk.pressure": 100,
      "disk.read sda": 1_024_000,
      "disk.write sda": 1_024_000,
      "disk.reads sda": 10,
      "disk.writes sda": 10,
      "disk.busy sda": 25,
      "network.in eth0": 125_000,
      "network.out eth0": 125_000,
      "network.packets_in eth0": 99,
      "network.packets_out eth0": 99,
      "network.error_rate eth0": 1,
      "network.errors eth0": (1 / 199) * 100,
      "network.drops eth0": 0,
    }),
  );
  host.turn(10_000);
  host.put("/proc/net/dev", netdev(2_501_000, 2_090, 10));
  assert.equal((await sample())["network.load eth0"], 0.1, "the driver has told its speed by now");
});

test("live readings between two samples change nothing in them, and have no series of their own", async () => {
  const [host, quiet] = [machine(), machine()];
  const [sample, alone] = [sampling(host), sampling(quiet)];
  for (const [at, one] of [host, quiet].entries()) {
    for (let second = 1; second <= 10; second++) {
      one.after(second * 1_000, () => {
        one.put("/proc/net/dev", netdev(1_000 + second * 7_000, 100 + second, 0));
        one.put("/proc/diskstats", diskstats(1_000 + second, 8_000 + second * 9, 100 + second));
        one.put("/proc/stat", stat(100 + second * 20, 100, 100 + second * 80, 100, 100));
      });
    }
    await (at === 0 ? sample : alone)();
  }
  const live = collectors.filter(({ command }) => /^(cpu|memory|disk|network|temp)$/.test(command.name));
  const until = host.monotonic() + 10_000;
  // Each waits on the machine's clock, which its wait turns.
  for (const { collect } of [...live, ...live, ...live]) await collect({}, host);
  host.turn(until - host.monotonic());
  quiet.turn(10_000);
  assert.deepEqual(await sample(), await alone());
});

test("sockets are looked at one by one but once a minute, and by ten thousand not at all", async () => {
  const host = machine();
  const sample = sampling(host);
  const looked = () => host.touched.filter((path) => path === "/proc/net/tcp").length;
  host.put("/proc/net/sockstat", "TCP: inuse 3000 orphan 1 tw 90 alloc 5 mem 1\n");
  host.put("/proc/net/snmp", "Tcp: RtoAlgorithm CurrEstab\nTcp: 1 2500\n");
  await sample();
  for (let at = 0; at < 5; at++) {
    host.turn(10_000);
    const values = await sample();
    assert.equal(values["network.tcp established"], 2_499);
    assert.equal(values["network.tcp close_wait"], 1);
    assert.equal(values["network.tcp time_wait"], 90);
  }
  assert.equal(looked(), 1);
  host.turn(10_000);
  await sample();
  assert.equal(looked(), 2);
  host.put("/proc/net/sockstat", "TCP: inuse 30000 orphan 7 tw 90 alloc 5 mem 1\n");
  host.turn(60_000);
  const values = await sample();
  assert.deepEqual(
    Object.entries(values).filter(([key]) => key.startsWith("network.tcp")),
    [
      ["network.tcp time_wait", 90],
      ["network.tcp established", 2_500],
      ["network.tcp orphan", 7],
    ],
  );
  assert.equal(looked(), 2);
});

test(
  "on this machine every value is one that can be, of a measure that the hub knows",
  needs("procfs"),
  async () => {
    const host = realHost();
    const sample = sampling(host, true);
    const first = await sample();
    await host.wait(200);
    const second = await sample();
    for (const key of ["memory.usage", "disk.used /", "uptime.seconds", "processes.total", "cpu.load1"])
      assert.ok(first[key] !== undefined && first[key] > 0 && second[key] !== undefined, key);
    assert.ok(second["cpu.usage"] !== undefined);
    assert.ok(Object.keys(second).length < MOST_SERIES);
    for (const [series, value] of Object.entries(second)) {
      const measure = measures.get(series.split(" ")[0] ?? "");
      assert.ok(measure, series);
      assert.equal(series.includes(" "), measure.of !== undefined, series);
      assert.ok(Number.isFinite(value) && (value >= 0 || measure.unit === "celsius"), `${series} ${value}`);
      if (measure.unit === "percent") assert.ok(value <= 100.001, `${series} ${value}`);
    }
  },
);

test("each measure is described once, and each that a sampler has is one of the hub's", () => {
  const keys = samplers.flatMap((sampler) => sampler.measures.map(({ key }) => key));
  assert.equal(new Set(keys).size, keys.length);
  for (const key of keys) assert.ok(measures.has(key), key);
});
