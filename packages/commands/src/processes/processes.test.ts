/** processes from the kernel's files to the words on a phone. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { totalmem, userInfo } from "node:os";
import { test } from "node:test";
import { type AnswerOf, Fault } from "@servereye/contract";
import fc from "fast-check";
import { type FakeMachine, fakeHost } from "../kernel/fake-host.ts";
import { realHost } from "../kernel/real-host.ts";
import { columnsOf } from "../shown/names.ts";
import { phoneLines } from "../shown/phone.ts";
import { idsOf, translatorOf } from "../shown/translator.ts";
import { processesCollector } from "./collect.ts";
import { type By, processes } from "./contract.ts";
import { messages } from "./messages.ts";
import { processesReading } from "./reply.ts";

type Answer = AnswerOf<typeof processes>;

interface Fake {
  pid: number;
  name: string;
  ticks: number;
  pages?: number;
  start?: number;
  parent?: number;
  state?: string;
  uid?: number;
  cmdline?: string;
}

const statLine = ({ pid, name, ticks, pages = 10, start = 1000, parent = 1, state = "S" }: Fake) =>
  `${pid} (${name}) ${state} ${parent} 1 1 0 -1 4194560 1 0 0 0 ${ticks} 0 0 0 20 0 1 0 ${start} 999 ${pages} 0 0\n`;

const filesOf = (all: readonly Fake[]): Record<string, string> =>
  Object.fromEntries(
    all.flatMap((p) => [
      [`/proc/${p.pid}/stat`, statLine(p)],
      [`/proc/${p.pid}/status`, `Name:\tx\nUid:\t${p.uid ?? 0}\t0\t0\t0\n`],
      [`/proc/${p.pid}/cmdline`, p.cmdline ?? ""],
    ]),
  );

const SYSTEM = {
  "/proc/uptime": "5000.00 1.00\n",
  "/proc/meminfo": "MemTotal: 1000000 kB\n",
  "/proc/self/stat": "not a process of its own",
};

async function collect(
  before: readonly Fake[],
  after: readonly Fake[] = before,
  by: By = "cpu",
  machine: FakeMachine = {},
): Promise<Answer> {
  const host = fakeHost({
    processors: 4,
    users: { 0: "root", 1000: "анна" },
    ...machine,
    files: { ...SYSTEM, ...filesOf(before) },
  });
  host.after(250, (h) => {
    for (const { pid } of before) h.remove(`/proc/${pid}`);
    for (const [path, content] of Object.entries(filesOf(after))) h.put(path, content);
  });
  return processes.answer.parse(await processesCollector.collect({ by }, host));
}

const context = (language: "en" | "ru") => ({
  t: translatorOf(language, messages),
  language,
  server: { id: "1", name: "web-1" },
  now: 0,
  tookMs: 1,
});
const lines = (answer: Answer, language: "en" | "ru" = "en") =>
  phoneLines(processesReading.reply(answer, context(language), {}));

test("the share is of the interval, not of a life", async () => {
  const answer = await collect(
    [
      { pid: 10, name: "old", ticks: 1_000_000, pages: 500 },
      { pid: 11, name: "node", ticks: 100, uid: 1000, pages: 25_600, start: 140_000 },
    ],
    [
      { pid: 10, name: "old", ticks: 1_000_001, pages: 500 },
      { pid: 11, name: "node", ticks: 175, uid: 1000, pages: 25_600, start: 140_000, state: "R" },
    ],
  );
  assert.deepEqual(answer, {
    by: "cpu",
    top: [
      {
        pid: 11,
        name: "node",
        kernel: false,
        user: "анна",
        state: "R",
        cpu: 150,
        memory: 104_857_600,
        age: 3600,
      },
      { pid: 10, name: "old", kernel: false, user: "root", state: "S", cpu: 2, memory: 2_048_000, age: 4990 },
    ],
    total: 2,
    zombies: 0,
    stuck: 0,
    processors: 4,
    memoryTotal: 1_024_000_000,
    intervalMs: 500,
  });
});

test("a pid taken anew counts from its own start, and a counter that steps back counts nothing", async () => {
  const answer = await collect(
    [
      { pid: 10, name: "gone", ticks: 5000, start: 100 },
      { pid: 11, name: "back", ticks: 5000 },
    ],
    [
      { pid: 10, name: "came", ticks: 20, start: 499_990 },
      { pid: 11, name: "back", ticks: 4000 },
      { pid: 12, name: "new", ticks: 5, start: 499_995 },
    ],
  );
  assert.deepEqual(
    answer.top.map(({ name, cpu }) => [name, cpu]),
    [
      ["came", 40],
      ["new", 10],
      ["back", 0],
    ],
  );
});

test("no share is more than the machine has", async () => {
  const answer = await collect([{ pid: 10, name: "x", ticks: 0 }], [{ pid: 10, name: "x", ticks: 900_000 }]);
  assert.equal(answer.top[0]?.cpu, 400);
});

test("by memory needs no interval; equal ones go by pid", async () => {
  const all = Array.from({ length: 30 }, (_, n) => ({
    pid: 130 - n,
    name: `p${n}`,
    ticks: 0,
    pages: n < 15 ? 7 : n,
  }));
  const answer = await collect(all, all, "memory");
  assert.equal(answer.intervalMs, 0);
  assert.equal(answer.total, 30);
  assert.deepEqual(
    answer.top.map(({ pid }) => pid),
    [101, 102, 103, 104, 105, 106, 107, 108, 109, 110],
  );
  assert.ok(answer.top.every(({ cpu }) => cpu === undefined));
});

test("names hold anything: the full one where the kernel cut it, its own where it named itself", async () => {
  const answer = await collect(
    [
      {
        pid: 3,
        name: "systemd-network",
        ticks: 0,
        pages: 90,
        cmdline: "/usr/lib/systemd/systemd-networkd\0-x\0",
      },
      { pid: 4, name: "renamed-process", ticks: 0, pages: 80, cmdline: "/usr/bin/python3\0main.py\0" },
      { pid: 5, name: "a) R 1 (b", ticks: 0, pages: 70 },
      { pid: 6, name: "two\nlines", ticks: 0, pages: 60 },
      { pid: 7, name: "почта", ticks: 0, pages: 50, cmdline: "/bin/other\0" },
      { pid: 9, name: "MainThread", ticks: 0, pages: 40, cmdline: "/usr/bin/node\0app.js\0" },
      { pid: 10, name: "MainThread", ticks: 0, pages: 30 },
      { pid: 8, name: "kworker/u16:2-e", ticks: 0, parent: 2, pages: 0 },
      { pid: 2, name: "kthreadd", ticks: 0, parent: 0, pages: 0, start: 0 },
    ],
    undefined,
    "memory",
  );
  assert.deepEqual(
    answer.top.map(({ name, kernel }) => [name, kernel]),
    [
      ["systemd-networkd", false],
      ["renamed-process", false],
      ["a) R 1 (b", false],
      ["two\nlines", false],
      ["почта", false],
      ["node", false],
      ["MainThread", false],
      ["kthreadd", true],
      ["kworker/u16:2-e", true],
    ],
  );
  const shown = lines(answer).join("\n");
  assert.match(shown, /two·lines/);
  assert.match(shown, /\[kthreadd\]/);
});

test("one that ends before the closer look leaves its place to the next", async () => {
  const all = Array.from({ length: 14 }, (_, n) => ({
    pid: 10 + n,
    name: `p${n}`,
    ticks: 0,
    pages: 100 - n,
  }));
  const host = fakeHost({ files: { ...SYSTEM, ...filesOf(all) } });
  host.remove("/proc/12/status");
  const answer = processes.answer.parse(await processesCollector.collect({ by: "memory" }, host));
  assert.equal(answer.top.length, 10);
  assert.ok(!answer.top.some(({ pid }) => pid === 12));
});

test("only the ten shown are looked at closely", async () => {
  const all = Array.from({ length: 500 }, (_, n) => ({ pid: 10 + n, name: `p${n}`, ticks: n, pages: n }));
  const host = fakeHost({ files: { ...SYSTEM, ...filesOf(all) } });
  await processesCollector.collect({ by: "cpu" }, host);
  assert.equal(host.touched.filter((path) => path.endsWith("/status")).length, 10);
  assert.equal(host.touched.filter((path) => path.endsWith("/cmdline")).length, 0);
  assert.equal(host.touched.filter((path) => /^\/proc\/\d+\/stat$/.test(path)).length, 1000);
});

test("what is missing is missing, and no process at all is a fault", async () => {
  const host = fakeHost({
    files: { "/proc/7/stat": statLine({ pid: 7, name: "x", ticks: 0, start: 10 }), "/proc/7/status": "" },
  });
  const answer = processes.answer.parse(await processesCollector.collect({}, host));
  assert.deepEqual([answer.by, answer.memoryTotal], ["cpu", undefined]);
  assert.deepEqual([answer.top[0]?.user, answer.top[0]?.age], ["?", undefined]);
  await assert.rejects(
    processesCollector.collect({}, fakeHost()),
    (error) => error instanceof Fault && error.code === "UNSUPPORTED",
  );
});

const SHOWN: Answer = {
  by: "cpu",
  top: [
    {
      pid: 1234,
      name: "node",
      kernel: false,
      user: "serge",
      state: "R",
      cpu: 198.4,
      memory: 432_013_312,
      age: 273_845,
    },
    {
      pid: 4_194_303,
      name: "a-very-long-process-name",
      kernel: false,
      user: "postgres",
      state: "S",
      cpu: 12,
      memory: 1_047_527_424,
      age: 59 * 60,
    },
    { pid: 9, name: "数据库服务器进程监控", kernel: false, user: "анна", state: "S", cpu: 0.4, memory: 0 },
  ],
  total: 312,
  zombies: 12,
  stuck: 1,
  processors: 4,
  memoryTotal: 8 * 2 ** 30,
  intervalMs: 500,
};

test("ten processes with six facts each fit a phone, in both languages", () => {
  assert.deepEqual(lines(SHOWN), [
    "📋 Top by CPU · web-1",
    "",
    "Process             CPU     Memory",
    "└ PID, user                    age",
    "node              198 %  412.0 MiB",
    "└ 1234 serge                   3 d",
    "a-very-long-pro…   12 %  999.0 MiB",
    "└ 4194303 postg…            59 min",
    "数据库服务器进…   0.4 %        0 B",
    "└ 9 анна                         ?",
    "",
    "🟡 Zombies: 12",
    "",
    "312 processes. CPU: % of one core of 4, over 500 ms.",
    "[By memory]",
  ]);
  const russian = lines({ ...SHOWN, by: "memory" }, "ru");
  assert.ok(russian.includes("node                 5 %  412,0 МиБ"), russian.join("\n"));
  for (const line of [...lines(SHOWN), ...russian].filter((line) => / {2}/.test(line))) {
    assert.ok(columnsOf(line) <= 35, line);
  }
});

test("the button asks for the other order", () => {
  const view = processesReading.reply(SHOWN, context("en"), {});
  assert.deepEqual(view.buttons, [[{ label: "By memory", command: "processes", ask: { by: "memory" } }]]);
  const other = processesReading.reply({ ...SHOWN, by: "memory" }, context("ru"), {});
  assert.deepEqual(other.buttons, [[{ label: "По ЦП", command: "processes", ask: { by: "cpu" } }]]);
});

test("counts follow the plural rules of the language", () => {
  const note = (total: number) => lines({ ...SHOWN, total, zombies: 0, stuck: 0 }, "ru").at(-2) ?? "";
  assert.match(note(1), /^1 процесс\. /);
  assert.match(note(22), /^22 процесса\. /);
  assert.match(note(312), /^312 процессов\. /);
  assert.match(lines({ ...SHOWN, total: 1 }).at(-2) ?? "", /^1 process\. /);
});

test("its own word is taken off the front, anything else is left", () => {
  const words = processesReading.words ?? assert.fail();
  assert.deepEqual(words(["Memory", "web-1"]), { ask: { by: "memory" }, rest: ["web-1"] });
  assert.deepEqual(words(["cpu"]), { ask: { by: "cpu" }, rest: [] });
  assert.deepEqual(words(["память"]), { ask: { by: "memory" }, rest: [] });
  assert.deepEqual(words(["web-1", "cpu"]), { ask: {}, rest: ["web-1", "cpu"] });
  assert.deepEqual(words([]), { ask: {}, rest: [] });
});

test("any names and contents give an answer that the contract takes, and rows that keep their width", async () => {
  const fake = fc.record({
    pid: fc.integer({ min: 1, max: 40 }),
    name: fc.string({ unit: "binary", maxLength: 15 }),
    ticks: fc.nat(),
    pages: fc.nat({ max: 2 ** 30 }),
    start: fc.nat(),
    cmdline: fc.string({ unit: "binary", maxLength: 120 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fake, { minLength: 1 }),
      fc.array(fake, { minLength: 1 }),
      async (before, after) => {
        const answer = await collect(before, after);
        assert.ok(JSON.stringify(answer).length < 16_384);
        for (const line of lines(answer)) assert.ok(!line.includes("\n"));
        for (const line of lines(answer).slice(2, -3)) assert.ok(columnsOf(line) <= 35, line);
      },
    ),
    { numRuns: 60 },
  );
});

test("every word stands in both languages", () => {
  assert.deepEqual(idsOf(messages.en), idsOf(messages.ru));
  for (const language of ["en", "ru"] as const) {
    assert.ok(translatorOf(language, messages)("processes-about").length <= 60);
  }
});

test("on this machine a process kept busy is on top, whatever its name", async () => {
  const host = realHost();
  // A core kept busy for as long as it is looked at; named so that a careless parser trips.
  const busy = spawn(process.execPath, ["-e", "process.title = 'x) R 1 (ж'; console.log(''); for (;;);"]);
  try {
    await once(busy.stdout, "data");
    const answer = processes.answer.parse(await processesCollector.collect({ by: "cpu" }, host));
    const found = answer.top.find(({ pid }) => pid === busy.pid) ?? assert.fail("not among the ten");
    assert.equal(found.name, "x) R 1 (ж");
    assert.equal(found.user, userInfo().username);
    // A whole core when it has one to itself; a part of it when others are busy, too.
    assert.ok((found.cpu ?? 0) > 5, String(found.cpu));
    assert.ok((found.age ?? 99) < 30, String(found.age));
  } finally {
    busy.kill("SIGKILL");
    await once(busy, "exit");
  }
});

test("on this machine the memory of this very process is what Node tells", async () => {
  const host = realHost();
  // Only a few are looked at: on a desktop ten others may well be bigger.
  host.list = () => ["1", "self", "uptime", String(process.pid), String(process.ppid)];
  const answer = processes.answer.parse(await processesCollector.collect({ by: "memory" }, host));
  const own = process.memoryUsage().rss;
  const found = answer.top.find(({ pid }) => pid === process.pid) ?? assert.fail("not there");
  assert.ok(Math.abs(found.memory - own) < 16 * 2 ** 20, `${found.memory} against ${own}`);
  assert.deepEqual([found.name, found.user], ["node", userInfo().username]);
  assert.ok(Math.abs((found.age ?? 0) - process.uptime()) < 3, String(found.age));
  assert.equal(answer.memoryTotal, totalmem());
});
