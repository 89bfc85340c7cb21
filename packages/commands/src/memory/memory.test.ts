/** memory from the kernel's files to the words on a phone. */
import assert from "node:assert/strict";
import { totalmem } from "node:os";
import { test } from "node:test";
import { type AnswerOf, Fault } from "@servereye/contract";
import fc from "fast-check";
import { fakeHost } from "../kernel/fake-host.ts";
import { realHost } from "../kernel/real-host.ts";
import { columnsOf } from "../shown/names.ts";
import { phoneLines } from "../shown/phone.ts";
import { idsOf, translatorOf } from "../shown/translator.ts";
import { memoryCollector } from "./collect.ts";
import { memory } from "./contract.ts";
import { messages } from "./messages.ts";
import { memoryReading } from "./reply.ts";

type MemoryAnswer = AnswerOf<typeof memory>;

const KiB = 1024;
const GiB = 2 ** 30;
const MEMINFO = `MemTotal:       24641536 kB
MemFree:         1048576 kB
MemAvailable:    2464153 kB
Buffers:          204800 kB
Cached:          1500000 kB
SwapCached:            0 kB
SwapTotal:       2097152 kB
SwapFree:        2000000 kB
Shmem:             10240 kB
SReclaimable:     100000 kB
`;

const collect = async (files: Record<string, string>): Promise<MemoryAnswer> =>
  memory.answer.parse(await memoryCollector.collect({}, fakeHost({ files })));

const lines = (answer: MemoryAnswer, language: "en" | "ru" = "en") =>
  phoneLines(
    memoryReading.reply(
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

test("used is what is not available", async () => {
  const answer = await collect({ "/proc/meminfo": MEMINFO });
  assert.deepEqual(answer, {
    total: 24_641_536 * KiB,
    used: (24_641_536 - 2_464_153) * KiB,
    available: 2_464_153 * KiB,
    free: 1_048_576 * KiB,
    buffers: 204_800 * KiB,
    cached: 1_600_000 * KiB,
    swap: { total: 2_097_152 * KiB, used: 97_152 * KiB },
  });
  assert.deepEqual(lines(answer), [
    "🧠 Memory · web-1",
    "",
    "🔴 ▰▰▰▰▰▰▰▰▰▱ RAM 90 %",
    "🟢 ▱▱▱▱▱▱▱▱▱▱ Swap 4.6 %",
    "",
    "Used: 21.2 GiB of 23.5 GiB",
    "Available: 2.3 GiB",
    "Free: 1.0 GiB",
    "Buffers: 200.0 MiB",
    "Cached: 1.5 GiB",
    "Swap: 94.9 MiB of 2.0 GiB",
  ]);
  const russian = lines(answer, "ru");
  assert.ok(russian.includes("Занято: 21,2 ГиБ из 23,5 ГиБ"), russian.join("\n"));
  for (const line of [...lines(answer), ...russian]) assert.ok(columnsOf(line) <= 35, line);
});

test("an old kernel that does not tell what is available gets it worked out", async () => {
  const answer = await collect({
    "/proc/meminfo":
      "MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 50 kB\nCached: 300 kB\nShmem: 40 kB\nSReclaimable: 20 kB\n",
  });
  assert.equal(answer.available, (100 + 50 + 300 + 20 - 40) * KiB);
  assert.equal(answer.swap, undefined);
  assert.ok(lines(answer).includes("Swap: none"));
});

test("a container's limit counts, and its own use of it", async () => {
  const root = "/sys/fs/cgroup";
  const answer = await collect({
    "/proc/meminfo": MEMINFO,
    "/proc/1/cgroup": "0::/\n",
    "/proc/pressure/memory": "some avg10=12.00 avg60=1.00 avg300=0.00 total=1\n",
    [`${root}/memory.max`]: String(GiB),
    [`${root}/memory.current`]: String(GiB * 0.75),
    [`${root}/memory.stat`]: `file ${GiB / 2}\ninactive_file ${GiB / 4}\n`,
    [`${root}/memory.swap.max`]: "max\n",
    [`${root}/memory.swap.current`]: "0\n",
  });
  assert.deepEqual(answer, {
    total: GiB,
    used: GiB / 2,
    available: GiB / 2,
    free: GiB / 4,
    cached: GiB / 2,
    swap: { total: 2_097_152 * KiB, used: 0 },
    container: { machineTotal: 24_641_536 * KiB },
    pressure: { some: { avg10: 12, avg60: 1, avg300: 0 } },
  });
  const shown = lines(answer);
  assert.ok(shown.includes("🟡 Pressure: 12 %"));
  assert.equal(shown.at(-1), "The container's limit counts; the machine has 23.5 GiB.");
});

test("a container that may not swap has none", async () => {
  const root = "/sys/fs/cgroup";
  const answer = await collect({
    "/proc/meminfo": MEMINFO,
    "/proc/1/cgroup": "0::/\n",
    [`${root}/memory.max`]: String(GiB),
    [`${root}/memory.current`]: String(2 * GiB),
    [`${root}/memory.swap.max`]: "0\n",
    [`${root}/memory.swap.current`]: "0\n",
  });
  assert.equal(answer.swap, undefined);
  assert.deepEqual([answer.used, answer.available, answer.free], [GiB, 0, 0]);
});

test("without a total there is nothing honest to say", async () => {
  for (const files of [{}, { "/proc/meminfo": "" }, { "/proc/meminfo": "MemTotal: 0 kB\n" }] as Record<
    string,
    string
  >[]) {
    await assert.rejects(collect(files), (error) => error instanceof Fault && error.code === "UNSUPPORTED");
  }
});

test("any figures give an answer in which used and available make the total", async () => {
  const kb = fc.nat({ max: 2 ** 40 });
  const line = fc.constantFrom(
    "MemFree",
    "MemAvailable",
    "Buffers",
    "Cached",
    "SwapTotal",
    "SwapFree",
    "Shmem",
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1 }), fc.array(fc.tuple(line, kb)), async (total, rest) => {
      const text = rest.map(([name, value]) => `${name}: ${value} kB\n`).join("");
      const answer = await collect({ "/proc/meminfo": `MemTotal: ${total} kB\n${text}` });
      assert.equal(answer.used + answer.available, answer.total);
      assert.ok(answer.used >= 0 && answer.available >= 0 && (answer.free ?? Number.NaN) >= 0);
      assert.ok(!answer.swap || (answer.swap.used >= 0 && answer.swap.used <= answer.swap.total));
      lines(answer);
    }),
  );
});

test("every word stands in both languages", () => {
  assert.deepEqual(idsOf(messages.en), idsOf(messages.ru));
  for (const language of ["en", "ru"] as const) {
    assert.ok(translatorOf(language, messages)("memory-about").length <= 60);
  }
});

test("on this machine the figures are those Node tells", async () => {
  const before = process.availableMemory();
  const answer = memory.answer.parse(await memoryCollector.collect({}, realHost()));
  // Node knows the limits of containers, too.
  const constrained = process.constrainedMemory();
  const total = constrained > 0 && constrained < totalmem() ? constrained : totalmem();
  assert.equal(answer.total, answer.container ? total : totalmem());
  if (!answer.container) {
    const apart = Math.abs(answer.available - before) / answer.total;
    assert.ok(apart < 0.05, `${answer.available} against ${before}`);
  }
});
