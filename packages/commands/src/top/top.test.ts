/** top and stats_container: read of a real engine's container, and drawn for a phone. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { AnswerOf } from "@servereye/contract";
import { startDocker, type TestDocker } from "../../../../test/engines/docker.ts";
import { needs } from "../../../../test/engines.ts";
import { messages as containerMessages } from "../containers/messages.ts";
import { hostWith, plainEngine } from "../docker/plain-engine.test-code.ts";
import { messages as inspectMessages } from "../inspect/messages.ts";
import { columnsOf } from "../shown/names.ts";
import { phoneLines } from "../shown/phone.ts";
import { translatorOf } from "../shown/translator.ts";
import { statsContainerCollector } from "../stats/collect.ts";
import { statsContainer } from "../stats/contract.ts";
import { messages as statsMessages } from "../stats/messages.ts";
import { statsContainerReading } from "../stats/reply.ts";
import { topCollector } from "./collect.ts";
import { top } from "./contract.ts";
import { messages } from "./messages.ts";
import { parsePs } from "./ps.ts";
import { topReading } from "./reply.ts";

const MIB = 1_024 ** 2;
const ID = "a".repeat(64);
const all = [messages, statsMessages, inspectMessages, containerMessages];

function lines(reading: typeof topReading, answer: unknown, language: "en" | "ru" = "en"): string[] {
  const t = translatorOf(language, ...all);
  const context = { t, language, server: { id: "x", name: "attic" }, now: 0, tookMs: 1 };
  return phoneLines(reading.reply(answer, context, {}));
}

describe("of a real engine", needs("docker", "busybox", "ip"), () => {
  let docker: TestDocker;
  let busy = "";
  let made = "";
  before(async () => {
    docker = await startDocker({ network: true });
    busy = await docker.run({
      name: "busy",
      Cmd: ["sh", "-c", "sleep 1000 & while :; do echo secret-argument >/dev/null; done"],
      HostConfig: { Memory: 64 * MIB, NanoCpus: 1e8, PidsLimit: 77 },
    });
    made = await docker.create({ name: "made" });
  });
  after(() => docker?.stop());

  for (const seen of ["kernel", "engine"])
    test(`top tells the processes inside and no argument of theirs, by the ${seen}`, async () => {
      const host = hostWith(plainEngine(docker));
      const blind = (path: string) => (/^\/proc\/\d+\/cgroup$/.test(path) ? undefined : host.peekText(path));
      const at = seen === "kernel" ? host : { ...host, peekText: blind };
      const told = top.answer.parse(await topCollector.collect({ container: busy.slice(0, 12) }, at));
      assert.deepEqual(
        told.processes.map(({ name }) => name),
        ["sh", "sleep"],
      );
      assert.deepEqual([told.subject.name, told.subject.state, told.total], ["busy", "running", 2]);
      assert.ok((told.processes[0]?.cpu ?? 0) > 0 && (told.processes[0]?.memory ?? 0) > 0);
      assert.doesNotMatch(JSON.stringify(told), /secret|1000\b/);
    });

  test("stats_container compares two readings, and the next look needs one", async () => {
    const calls: string[] = [];
    const host = hostWith(plainEngine(docker, calls));
    const look = async () =>
      statsContainer.answer.parse(await statsContainerCollector.collect({ container: busy }, host));
    const { look: first, subject } = await look();
    assert.ok(first !== undefined);
    assert.deepEqual(
      [subject.name, first.memoryLimit, first.cpuLimit, first.pidsLimit],
      ["busy", 64 * MIB, 0.1, 77],
    );
    assert.ok(
      (first.cpu ?? 0) > 0.5 && (first.memory ?? 0) > 0 && (first.pids ?? 0) >= 2,
      JSON.stringify(first),
    );
    assert.ok((first.throttled ?? 0) > 0 && first.received?.now !== undefined, JSON.stringify(first));
    calls.length = 0;
    await look();
    assert.deepEqual(calls, ["container.inspect", "container.stats"]);
  });

  test("of one that does not run it is said, and of none that there is none", async () => {
    const host = hostWith(plainEngine(docker));
    const told = await topCollector.collect({ container: made }, host);
    assert.match(lines(topReading, told).join("\n"), /Nothing is running in it: created\./);
    const stats = await statsContainerCollector.collect({ container: made }, host);
    assert.match(lines(statsContainerReading, stats).join("\n"), /Nothing is running in it: created\./);
    const none = { code: "CONTAINER_NOT_FOUND" };
    await assert.rejects(topCollector.collect({ container: "f".repeat(64) }, host), none);
    // A name that looks like the beginning of another's id.
    const alike = await docker.create({ name: "fedcba987654" });
    await assert.rejects(topCollector.collect({ container: "fedcba987654" }, host), none);
    assert.notEqual(alike, "");
  });
});

test("ps is read by its titles, whatever their order, and a command line gives its program alone", () => {
  const body = {
    Titles: ["USER", "PID", "%CPU", "COMMAND", "RSS"],
    Processes: [
      ["root", "7", "1.5", "/usr/bin/app --password=x", "12"],
      ["root", "x", "0", "sh", "1"],
    ],
  };
  assert.deepEqual(parsePs(body), [{ pid: 7, name: "app", cpu: 1.5, memory: 12_288 }]);
  assert.deepEqual([parsePs(null), parsePs({ Titles: [], Processes: null })], [[], []]);
});

describe("on a phone", () => {
  const subject = { id: ID, name: `shop-${"n".repeat(123)}`, state: "running" as const, age: 270_000 };
  const flow = { all: 812.4 * 1_024 ** 3, now: 999.9 * MIB };
  const stats: AnswerOf<typeof statsContainer> = {
    subject,
    restarts: 12,
    look: {
      ...{
        cpu: 1_599.9,
        cpuLimit: 16,
        processors: 64,
        throttled: 30,
        memory: 950 * MIB,
        memoryLimit: 1_024 * MIB,
      },
      ...{
        received: flow,
        sent: flow,
        read: flow,
        written: flow,
        pids: 12_345,
        pidsLimit: 32_768,
        intervalMs: 1_000,
      },
    },
  };
  const tops: AnswerOf<typeof top> = {
    ...{ subject, by: "cpu", total: 900, intervalMs: 500 },
    processes: Array.from({ length: 15 }, (_, at) => ({
      ...{
        pid: 4_194_300 + at,
        name: "a-very-long-name-of-a-program",
        cpu: 1_600,
        memory: 999.9 * MIB,
        age: 9e6,
      },
    })),
  };
  for (const language of ["en", "ru"] as const)
    test(`no row is wider than 35 columns, in ${language}`, () => {
      for (const [reading, answer] of [
        [topReading, tops],
        [statsContainerReading, stats],
      ] as const) {
        const shown = lines(reading, answer, language);
        // The title holds the whole name; notes and buttons wrap.
        const rows = shown.slice(1).filter((line) => !/^\[|PID/.test(line));
        for (const line of rows) assert.ok(columnsOf(line) <= 42, line);
        assert.match(shown.join("\n"), language === "en" ? /CPU/ : /ЦП/);
      }
    });

  test("what is near its limit stands out", () => {
    const text = lines(statsContainerReading, stats).join("\n");
    assert.match(text, /🔴 ▰{9}▱ Memory 92.8 %/);
    assert.match(text, /🟡 Held back: 30 %/);
    assert.match(text, /▰{10} CPU 1600 %|▰{10} CPU 1599.9 %/);
    assert.match(
      lines(statsContainerReading, {
        subject,
        restarts: 0,
        look: { ...stats.look, received: undefined },
      }).join("\n"),
      /Network: the machine's own/,
    );
  });
});
