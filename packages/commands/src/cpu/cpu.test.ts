/** cpu from the kernel's files to the words on a phone. */
import assert from "node:assert/strict";
import { cpus } from "node:os";
import { test } from "node:test";
import { type AnswerOf, levelOf } from "@servereye/contract";
import fc from "fast-check";
import { type FakeMachine, fakeHost } from "../kernel/fake-host.ts";
import { realHost } from "../kernel/real-host.ts";
import { columnsOf } from "../shown/names.ts";
import { phoneLines } from "../shown/phone.ts";
import { idsOf, translatorOf } from "../shown/translator.ts";
import { cpuCollector } from "./collect.ts";
import { cpu } from "./contract.ts";
import { cpuUsage } from "./measures.ts";
import { messages } from "./messages.ts";
import { cpuReading } from "./reply.ts";

type CpuAnswer = AnswerOf<typeof cpu>;

const PSI = "some avg10=4.93 avg60=1.33 avg300=1.03 total=25711724\n";

async function collect(machine: FakeMachine, later: Record<string, string> = {}): Promise<CpuAnswer> {
  const host = fakeHost(machine);
  host.after(200, (h) => {
    for (const [path, content] of Object.entries(later)) h.put(path, content);
  });
  return cpu.answer.parse(await cpuCollector.collect({}, host));
}

const lines = (answer: CpuAnswer, language: "en" | "ru" = "en") =>
  phoneLines(
    cpuReading.reply(
      answer,
      {
        t: translatorOf(language, messages),
        language,
        server: { id: "1", name: "web-1" },
        now: 0,
        tookMs: 1,
      },
      {},
    ),
  );

const BUSY: CpuAnswer = {
  intervalMs: 400,
  now: { usage: 86.4, user: 61.2, system: 20.1, iowait: 3, steal: 5.1 },
  cores: [97.5, 75.3],
  processors: 2,
  load: { one: 4.21, five: 2.5, fifteen: 0.75 },
  pressure: { some: { avg10: 41.2, avg60: 3, avg300: 1 } },
};

test("shares are of the interval, cores by number, load and pressure as told", async () => {
  const answer = await collect(
    {
      processors: 2,
      files: {
        "/proc/stat": "cpu  100 0 50 1000 10 0 0 0\ncpu0 50 0 25 500 5 0 0 0\ncpu2 50 0 25 500 5 0 0 0\n",
        "/proc/loadavg": "0.25 1.50 2.75 1/80 11206\n",
        "/proc/pressure/cpu": PSI,
      },
    },
    { "/proc/stat": "cpu  120 0 60 1060 15 0 0 5\ncpu0 70 0 25 520 5 0 0 0\ncpu2 50 0 25 540 5 0 0 0\n" },
  );
  assert.deepEqual(answer, {
    intervalMs: 400,
    now: { usage: 35, user: 20, system: 10, iowait: 5, steal: 5 },
    cores: [50, null, 0],
    processors: 2,
    load: { one: 0.25, five: 1.5, fifteen: 2.75 },
    pressure: { some: { avg10: 4.93, avg60: 1.33, avg300: 1.03 } },
  });
});

test("a machine that tells nothing gives an honest nothing", async () => {
  const answer = await collect({});
  assert.deepEqual(answer, { intervalMs: 400, cores: [], processors: 1 });
  assert.match(lines(answer).join("\n"), /told nothing just now/);
});

test("a core that comes while one waits has no share yet; counters that were reset give none", async () => {
  const before = { "/proc/stat": "cpu  100 0 50 1000\ncpu0 50 0 25 500\n" };
  const came = await collect(
    { files: before },
    { "/proc/stat": "cpu  110 0 50 1030\ncpu0 60 0 25 530\ncpu1 1 0 1 1\n" },
  );
  assert.deepEqual(came.cores, [25, null]);
  const reset = await collect({ files: before }, { "/proc/stat": "cpu  1 0 1 5\ncpu0 1 0 1 5\n" });
  assert.equal(reset.now, undefined);
  assert.deepEqual(reset.cores, [null]);
});

test("a processor number beyond all reason makes no answer beyond all size", async () => {
  const stat = "cpu  1 0 1 1\ncpu1 1 0 1 1\ncpu4096 1 0 1 1\ncpu99999999 1 0 1 1\n";
  assert.deepEqual((await collect({ files: { "/proc/stat": stat } })).cores, [null, null]);
});

test("a container's quota stands first, with what was used of it", async () => {
  const root = "/sys/fs/cgroup";
  const answer = await collect(
    {
      processors: 8,
      files: {
        "/proc/stat": "cpu  0 0 0 0\n",
        "/proc/1/cgroup": "0::/\n",
        [`${root}/cpu.max`]: "150000 100000\n",
        [`${root}/cpu.stat`]: "usage_usec 1000000\n",
      },
    },
    { "/proc/stat": "cpu  80 0 0 240\n", [`${root}/cpu.stat`]: "usage_usec 1576000\n" },
  );
  assert.deepEqual(answer.limit, { cores: 1.5, used: 1.44 });
  const shown = lines(answer);
  assert.match(shown[2] ?? "", /^🔴 ▰+ Container 96 %$/);
  assert.ok(shown.includes("Container: 1.44 of 1.5 cores"), shown.join("\n"));
  assert.ok(lines(answer, "ru").includes("Контейнер: 1,44 из 1,5 ядра"));
});

test("the share that counts is the first thing one reads", () => {
  assert.deepEqual(lines(BUSY), [
    "⚡ CPU · web-1",
    "",
    "🟡 ▰▰▰▰▰▰▰▰▰▱ CPU 86.4 %",
    "",
    "User: 61.2 %",
    "System: 20.1 %",
    "🟢 Disk wait: 3 %",
    "🟢 Stolen by host: 5.1 %",
    "🔴 Load: 4.21 · 2.50 · 0.75 (2 cores)",
    "🟡 Pressure: 41.2 %",
    "",
    "▰▰▰▰▰▰▰▰▰▰ core 0 97.5 %",
    "▰▰▰▰▰▰▰▰▱▱ core 1 75.3 %",
    "",
    "Over 400 ms. Load over 1, 5, 15 min.",
  ]);
  assert.ok(lines(BUSY, "ru").includes("🔴 Нагрузка: 4,21 · 2,50 · 0,75 (2 ядра)"));
});

for (const count of [9, 64, 256, 512]) {
  test(`${count} cores stay within a screen, and the answer within its size`, async () => {
    const stat = (busy: number) =>
      Array.from(
        { length: count },
        (_, n) => `cpu${n} ${n === 7 ? busy : 0} 0 0 ${1000 + (n === 7 ? 0 : busy)} 0 0 0 0`,
      );
    const answer = await collect(
      { processors: count, files: { "/proc/stat": `cpu  0 0 0 1000\n${stat(0).join("\n")}\n` } },
      { "/proc/stat": `cpu  40 0 0 3000\n${stat(40).join("\n")}\n` },
    );
    assert.equal(answer.cores.length, count);
    assert.equal(answer.cores[7], 100);
    assert.ok(JSON.stringify(answer).length < 65_536);
    for (const language of ["en", "ru"] as const) {
      const shown = lines(answer, language);
      assert.ok(shown.length < 45, String(shown.length));
      for (const line of shown) assert.ok(columnsOf(line) <= 42, line);
      const rows = shown.filter((line) => /[▁█]/.test(line));
      assert.equal(rows.join("").replaceAll(/[^▁-█]/g, "").length, count);
      for (const row of rows) assert.ok(columnsOf(row) <= 35, row);
    }
  });
}

test("any contents of the files give an answer that the contract takes", async () => {
  const part = fc.constantFrom(
    "cpu",
    "cpu0",
    "cpu9999999",
    "cpu4095",
    " ",
    "1",
    "99999",
    "\n",
    "btime",
    "-3",
    "max",
  );
  const content = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(part).map((p) => p.join("")),
  );
  await fc.assert(
    fc.asyncProperty(content, content, content, async (before, after, other) => {
      const answer = await collect(
        { files: { "/proc/stat": before, "/proc/loadavg": other, "/proc/pressure/cpu": other } },
        { "/proc/stat": after },
      );
      lines(answer);
    }),
  );
});

test("every word stands in both languages", () => {
  assert.deepEqual(idsOf(messages.en), idsOf(messages.ru));
  for (const language of ["en", "ru"] as const) {
    assert.ok(translatorOf(language, messages)("cpu-about").length <= 60);
  }
  assert.equal(levelOf(cpuUsage, 95), "bad");
});

test("on this machine it agrees with what Node counts in the same time", async () => {
  const host = realHost();
  const count = () =>
    cpus().map(({ times }) => ({ idle: times.idle, all: Object.values(times).reduce((a, b) => a + b) }));
  // Busy for a known time in the middle of the interval, so that there is something to see.
  const wait = host.wait;
  host.wait = async (ms) => {
    const until = performance.now() + ms * 0.9;
    while (performance.now() < until) Math.sqrt(until);
    await wait(ms * 0.1);
  };
  const before = count();
  const answer = cpu.answer.parse(await cpuCollector.collect({}, host));
  const after = count();
  const gone = (key: "idle" | "all") =>
    after.reduce((sum, one, n) => sum + one[key] - (before[n]?.[key] ?? 0), 0);
  assert.ok(answer.now && answer.load);
  // Node's idle leaves iowait out of all its times.
  const { usage } = answer.now;
  const expected = 100 * (1 - gone("idle") / gone("all"));
  assert.ok(Math.abs(usage - expected) < 20, `${usage} against ${expected}`);
  assert.ok(usage > 80 / cpus().length, `${usage} with one core kept busy`);
  assert.equal(answer.cores.filter((core) => core !== null).length, cpus().length);
});
