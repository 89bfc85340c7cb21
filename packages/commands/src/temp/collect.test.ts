/** temp at the agent: sensors of odd machines, and this machine's own read another way. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { type AnswerOf, Fault } from "@servereye/contract";
import fc from "fast-check";
import type { Host } from "../host.ts";
import { type FakeMachine, fakeHost } from "../kernel/fake-host.ts";
import { realHost } from "../kernel/real-host.ts";
import { tempCollector } from "./collect.ts";
import { MOST_SENSORS, temp } from "./contract.ts";

const collect = async (host: Host): Promise<AnswerOf<typeof temp>> =>
  temp.answer.parse(await tempCollector.collect({}, host));

/** Files of one hwmon chip, by the names they have in its folder. */
const hwmon = (number: number, name: string, files: Record<string, string | number>) => ({
  [`/sys/class/hwmon/hwmon${number}/name`]: `${name}\n`,
  ...Object.fromEntries(
    Object.entries(files).map(([file, content]) => [
      `/sys/class/hwmon/hwmon${number}/${file}`,
      `${content}\n`,
    ]),
  ),
});
const zone = (number: number, type: string, milli: string | number) => ({
  [`/sys/class/thermal/thermal_zone${number}/type`]: `${type}\n`,
  [`/sys/class/thermal/thermal_zone${number}/temp`]: `${milli}\n`,
});

const laptop: FakeMachine = {
  files: {
    ...hwmon(0, "acpitz", { temp1_input: 27_800 }),
    ...hwmon(1, "coretemp", {
      temp1_input: 66_000,
      temp1_label: "Package id 0",
      temp1_crit: 100_000,
      temp2_input: 61_000,
      temp2_label: "Core 0",
      temp2_crit: 100_000,
      temp3_input: 65_000,
      temp3_label: "Core 1",
      temp3_max: 95_000,
    }),
    ...hwmon(2, "nvme", {
      temp1_input: 41_850,
      temp1_label: "Composite",
      temp1_crit: 84_850,
      temp1_max: 65_261_850,
    }),
    ...hwmon(10, "nct6775", {
      temp1_input: 127_000,
      temp1_label: "AUXTIN0",
      temp2_input: 0,
      temp2_label: "AUXTIN1",
      temp3_input: 33_000,
      temp3_label: "SYSTIN",
      temp4_input: 50_000,
      temp4_label: "PCH",
      temp4_fault: 1,
    }),
    ...zone(0, "acpitz", 27_800),
    ...zone(1, "x86_pkg_temp", 66_000),
    ...zone(2, "B0D4", -273_150),
    ...zone(3, "TSR0", 48_000),
  },
  links: {
    "/sys/class/hwmon/hwmon0/device": "../../thermal_zone0",
    "/sys/class/hwmon/hwmon2/device": "../../nvme0",
  },
};

test("every sensor once by its label, the hottest core and the mean of the cores", async () => {
  const answer = await collect(fakeHost(laptop));
  assert.deepEqual(
    answer.sensors.map(({ chip, label, part, celsius, crit }) => [chip, label, part, celsius, crit]),
    [
      ["coretemp", "Package id 0", "cpu", 66, 100],
      ["coretemp", "Core 1", "core", 65, 95],
      ["coretemp", "Core 0", "core", 61, 100],
      ["TSR0", "", "other", 48, undefined],
      ["nvme0", "Composite", "other", 41.85, 84.85],
      ["nct6775", "SYSTIN", "other", 33, undefined],
      ["acpitz", "", "other", 27.8, undefined],
    ],
  );
  assert.equal(answer.hottest.label, "Core 1");
  assert.deepEqual(answer.average, { celsius: 63, part: "core", count: 2 });
  assert.deepEqual(answer.silent, [
    { chip: "nct6775", label: "AUXTIN0", celsius: 127 },
    { chip: "nct6775", label: "AUXTIN1", celsius: 0 },
    { chip: "nct6775", label: "PCH" },
    { chip: "B0D4", label: "", celsius: -273.15 },
  ]);
  assert.equal(answer.throttled, undefined);
});

test("a sensor on a dead bus is told as silent and costs the others nothing", async () => {
  const host = fakeHost({
    files: {
      ...hwmon(0, "i5500", { temp1_input: 50_000 }),
      ...hwmon(1, "k10temp", { temp1_input: 55_125, temp1_label: "Tctl" }),
    },
    slow: { "/sys/class/hwmon/hwmon0/temp1_input": 3_600_000 },
  });
  const answer = await collect(host);
  assert.deepEqual(answer.silent, [{ chip: "i5500", label: "" }]);
  assert.equal(answer.hottest.celsius, 55.125);
  assert.equal(answer.average.part, "cpu");
});

test("all questions are put before the first is answered", async () => {
  const fake = fakeHost(laptop);
  const waiting: (() => void)[] = [];
  let inputs = 0;
  const host: Host = {
    ...fake,
    read: async (path, deadlineMs) => {
      assert.ok(deadlineMs > 0 && deadlineMs < 2_500);
      if (!path.endsWith("_input")) return fake.read(path, deadlineMs);
      inputs += 1;
      // The first input answers only once the last was asked.
      if (inputs < 9) await new Promise<void>((resolve) => waiting.push(resolve));
      else for (const resolve of waiting) resolve();
      return fake.read(path, deadlineMs);
    },
  };
  assert.equal((await collect(host)).sensors.length, 7);
});

test("two sockets have their own names, and chips of old kernels are found", async () => {
  const core = { temp2_input: 50_000, temp2_label: "Core 0" };
  const answer = await collect(
    fakeHost({
      files: {
        ...hwmon(0, "coretemp", core),
        ...hwmon(1, "coretemp", { ...core, temp2_input: 58_000 }),
        "/sys/class/hwmon/hwmon2/device/name": "w83627hf\n",
        "/sys/class/hwmon/hwmon2/device/temp1_input": "36000\n",
        ...hwmon(3, "drivetemp", { temp1_input: 38_000, temp1_crit: 60_000, "device/block/sda/size": 1 }),
      },
    }),
  );
  assert.deepEqual(
    answer.sensors.map(({ chip, label }) => `${chip} ${label}`.trim()),
    ["coretemp #2 Core 0", "coretemp Core 0", "sda", "w83627hf"],
  );
  assert.equal(answer.average.celsius, 54);
});

test("a board with zones alone: whole degrees, trip points, cooling that holds back now", async () => {
  const answer = await collect(
    fakeHost({
      files: {
        ...zone(0, "cpu-thermal", 47),
        ...zone(1, "gpu-thermal", 52_000),
        "/sys/class/thermal/thermal_zone0/trip_point_0_type": "passive\n",
        "/sys/class/thermal/thermal_zone0/trip_point_0_temp": "75000\n",
        "/sys/class/thermal/thermal_zone0/trip_point_1_type": "critical\n",
        "/sys/class/thermal/thermal_zone0/trip_point_1_temp": "95000\n",
        "/sys/class/thermal/cooling_device0/type": "cpufreq-cpu0\n",
        "/sys/class/thermal/cooling_device0/cur_state": "2\n",
        "/sys/class/thermal/cooling_device1/type": "pwm-fan\n",
        "/sys/class/thermal/cooling_device1/cur_state": "1\n",
      },
    }),
  );
  assert.deepEqual(answer.hottest, { chip: "cpu-thermal", label: "", part: "cpu", celsius: 47, crit: 95 });
  assert.deepEqual(answer.slowed, { now: 1, of: 1 });
});

test("throttling is the count of the core it happened to most, not a sum over its threads", async () => {
  const cpu = (number: number, core: string, pkg: string) => ({
    [`/sys/devices/system/cpu/cpu${number}/thermal_throttle/core_throttle_count`]: core,
    [`/sys/devices/system/cpu/cpu${number}/thermal_throttle/package_throttle_count`]: pkg,
  });
  const files = { ...laptop.files, ...cpu(0, "3\n", "12\n"), ...cpu(1, "3\n", "12\n"), ...cpu(2, "x", "-1") };
  assert.deepEqual((await collect(fakeHost({ ...laptop, files }))).throttled, { core: 3, package: 12 });
});

test("a disk over its own limit stays among hundreds of hotter cores", async () => {
  const cores: Record<string, string | number> = {};
  for (let i = 1; i <= 200; i++) {
    cores[`temp${i}_input`] = 65_000;
    cores[`temp${i}_label`] = `Core ${i}`;
  }
  const files = {
    ...hwmon(0, "coretemp", cores),
    ...hwmon(1, "drivetemp", { temp1_input: 61_000, temp1_crit: 60_000 }),
  };
  const answer = await collect(fakeHost({ files }));
  assert.equal(answer.sensors.length, MOST_SENSORS);
  assert.equal(answer.left, 201 - MOST_SENSORS);
  assert.equal(answer.sensors[0]?.chip, "drivetemp");
  assert.equal(answer.hottest.part, "core");
  assert.deepEqual(answer.average, { celsius: 65, part: "core", count: 200 });
});

test("no sensor, or only dead ones, is a fault that says where was looked", async () => {
  const dead = { ...hwmon(0, "nct6775", { temp1_input: 255_000 }), ...zone(0, "acpitz", 0) };
  for (const [files, silent] of [
    [{}, 0],
    [dead, 2],
  ] as const) {
    await assert.rejects(collect(fakeHost({ files })), (error: unknown) => {
      assert.ok(error instanceof Fault);
      assert.equal(error.code, "SENSOR_NOT_FOUND");
      assert.equal(error.values.silent, silent);
      assert.match(String(error.values.looked), /hwmon.*thermal/);
      return true;
    });
  }
});

test("whatever stands in the files, there is an answer or a fault", async () => {
  const text = fc.oneof(fc.string({ unit: "binary", maxLength: 12 }), fc.integer().map(String));
  const odd = { ...laptop.files, ...zone(4, "", ""), ...hwmon(11, "", { temp1_input: "", temp1_crit: "" }) };
  const paths = Object.keys(odd);
  const filled = fc
    .array(text, { minLength: paths.length, maxLength: paths.length })
    .map((texts) => Object.fromEntries(paths.map((path, at) => [path, texts[at] ?? ""])));
  await fc.assert(
    fc.asyncProperty(filled, async (files) => {
      try {
        const { sensors, hottest } = await collect(fakeHost({ ...laptop, files }));
        assert.ok(sensors.some(({ celsius }) => celsius === hottest.celsius));
      } catch (error) {
        assert.ok(error instanceof Fault && error.code === "SENSOR_NOT_FOUND", String(error));
      }
    }),
  );
});

test("this machine: what its own files say, or that it has none", async () => {
  const values: number[] = [];
  for (const [folder, pattern] of [
    ["/sys/class/hwmon", /^temp\d+_input$/],
    ["/sys/class/thermal", /^temp$/],
  ] as const) {
    for (const chip of names(folder)) {
      for (const file of names(`${folder}/${chip}`).filter((name) => pattern.test(name))) {
        values.push(...content(`${folder}/${chip}/${file}`));
      }
    }
  }
  const sensible = values.map((milli) => milli / 1_000).filter((celsius) => celsius > 0 && celsius < 120);
  if (sensible.length === 0) {
    await assert.rejects(collect(realHost()), { name: "Fault", code: "SENSOR_NOT_FOUND" });
    return;
  }
  const { sensors } = await collect(realHost());
  for (const { celsius } of sensors) {
    assert.ok(
      sensible.some((other) => Math.abs(other - celsius) < 15),
      String(celsius),
    );
  }
});

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // No such folder on this machine: no sensors in it.
    return [];
  }
}

function content(path: string): number[] {
  try {
    return [Number(readFileSync(path, "utf8"))];
  } catch {
    // A sensor that refuses to be read (a sleeping device) has no value.
    return [];
  }
}
