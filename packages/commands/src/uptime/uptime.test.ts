/** uptime from the kernel's files to the words on a phone. */
import assert from "node:assert/strict";
import { uptime as nodeUptime, release } from "node:os";
import { test } from "node:test";
import { type AnswerOf, Fault } from "@servereye/contract";
import fc from "fast-check";
import { type FakeMachine, fakeHost } from "../kernel/fake-host.ts";
import { realHost } from "../kernel/real-host.ts";
import { columnsOf } from "../shown/names.ts";
import { phoneLines } from "../shown/phone.ts";
import { idsOf, translatorOf } from "../shown/translator.ts";
import { readBootReason } from "./boot-reason.ts";
import { uptimeCollector } from "./collect.ts";
import { BootReason, uptime } from "./contract.ts";
import { messages } from "./messages.ts";
import { uptimeReading } from "./reply.ts";

type UptimeAnswer = AnswerOf<typeof uptime>;

const BOOT = 1_736_000_000;

const collect = async (machine: FakeMachine): Promise<UptimeAnswer> =>
  uptime.answer.parse(await uptimeCollector.collect({}, fakeHost(machine)));

const lines = (answer: UptimeAnswer, language: "en" | "ru" = "en") =>
  phoneLines(
    uptimeReading.reply(
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

test("uptime and boot time as the kernel tells them", async () => {
  const answer = await collect({
    files: {
      "/proc/uptime": "273845.12 500000.00\n",
      "/proc/stat": `cpu  1 0 1 1\nbtime ${BOOT}\n`,
      "/proc/sys/kernel/osrelease": "6.12.41-amd64\n",
    },
  });
  assert.deepEqual(answer, { uptime: 273845.12, bootTime: BOOT, kernel: "6.12.41-amd64" });
  assert.deepEqual(lines(answer), [
    "⏱ Uptime · web-1",
    "",
    "🟢 Up: 3 d 4 h",
    "Booted: 2025-01-04 14:13 UTC",
    "Reason: not known",
    "Kernel: 6.12.41-amd64",
  ]);
  assert.ok(lines(answer, "ru").includes("🟢 Работает: 3 д 4 ч"));
});

test("without a boot time in /proc/stat it is worked out from the clock", async () => {
  const answer = await collect({ now: 1_736_000_500_000, files: { "/proc/uptime": "500.00 1.00\n" } });
  assert.equal(answer.bootTime, BOOT);
  assert.ok(lines(answer).includes("🟡 Up: 8 min"));
});

test("without an uptime there is nothing honest to say", async () => {
  await assert.rejects(collect({}), (error) => error instanceof Fault && error.code === "UNSUPPORTED");
});

const reasonOf = (files: Record<string, string | Uint8Array>) =>
  readBootReason(fakeHost({ files }), BOOT)?.what;

test("a watchdog's status tells why, the cause before the reset", () => {
  const at = "/sys/class/watchdog/watchdog0/bootstatus";
  assert.equal(reasonOf({ [at]: "32\n" }), "watchdog");
  assert.equal(reasonOf({ [at]: "33\n" }), "overheat");
  assert.equal(reasonOf({ [at]: "16\n" }), "power");
  assert.equal(reasonOf({ [at]: "0\n" }), undefined);
  assert.equal(reasonOf({ [at]: "4294967295\n" }), undefined);
  assert.equal(reasonOf({ [at]: "0\n", "/sys/class/watchdog/watchdog1/bootstatus": "32\n" }), "watchdog");
});

test("a panic's record tells why when it is of just before this boot", () => {
  const panic = "Panic#1 Part1\n<4>[ 12.3] Kernel panic - not syncing\n";
  assert.equal(reasonOf({ [`/sys/fs/pstore/dmesg-efi-${BOOT - 60}01001`]: panic }), "panic");
  assert.equal(reasonOf({ [`/sys/fs/pstore/dmesg-efi_pstore-${BOOT - 60}01001`]: panic }), "panic");
  assert.equal(reasonOf({ [`/sys/fs/pstore/dmesg-efi-${BOOT - 86_400}01001`]: panic }), undefined);
  assert.equal(reasonOf({ [`/sys/fs/pstore/dmesg-efi-${BOOT + 60}01001`]: panic }), undefined);
  assert.equal(reasonOf({ "/sys/fs/pstore/dmesg-ramoops-0": panic }), "panic");
  assert.equal(reasonOf({ "/sys/fs/pstore/dmesg-ramoops-0": "Oops#1 Part1\n" }), undefined);
  assert.equal(reasonOf({ "/sys/fs/pstore/console-ramoops-0": panic }), undefined);
});

test("the firmware's record of a fatal error tells why", () => {
  const record = (status: number, severity: number) => {
    const bytes = new Uint8Array(64);
    new DataView(bytes.buffer).setUint32(0, status, true);
    new DataView(bytes.buffer).setUint32(16, severity, true);
    return { "/sys/firmware/acpi/tables/data/BERT": bytes };
  };
  assert.equal(reasonOf(record(1, 1)), "hardware");
  assert.equal(reasonOf(record(0, 1)), undefined);
  assert.equal(reasonOf(record(2, 2)), undefined);
  assert.equal(reasonOf({ "/sys/firmware/acpi/tables/data/BERT": "short" }), undefined);
});

test("every reason has its words, and says who told it", () => {
  for (const what of BootReason.options) {
    for (const language of ["en", "ru"] as const) {
      const shown = lines({ uptime: 5, bootTime: BOOT, reason: { what, source: "/sys/x" } }, language);
      assert.equal(shown.filter((line) => line.startsWith("🔴")).length, 1);
      assert.match(shown.at(-1) ?? "", /\/sys\/x$/);
      for (const line of shown) assert.ok(columnsOf(line) <= 45, line);
    }
  }
});

test("any contents give an answer that the contract takes, or a fault", async () => {
  const content = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("1.5", "0", "btime 9", "Panic#"));
  await fc.assert(
    fc.asyncProperty(content, content, content, async (up, stat, other) => {
      const files = {
        "/proc/uptime": up,
        "/proc/stat": stat,
        "/proc/sys/kernel/osrelease": other,
        "/sys/class/watchdog/w/bootstatus": other,
        "/sys/fs/pstore/dmesg-ramoops-0": other,
      };
      const answer = await collect({ files }).catch((error: unknown) => {
        assert.ok(error instanceof Fault, String(error));
      });
      if (answer) lines(answer);
    }),
  );
});

test("every word stands in both languages", () => {
  assert.deepEqual(idsOf(messages.en), idsOf(messages.ru));
  for (const language of ["en", "ru"] as const) {
    assert.ok(translatorOf(language, messages)("uptime-about").length <= 60);
  }
});

test("on this machine it is what Node tells", async () => {
  const answer = uptime.answer.parse(await uptimeCollector.collect({}, realHost()));
  assert.ok(Math.abs(answer.uptime - nodeUptime()) < 2);
  assert.ok(Math.abs(answer.bootTime - (Date.now() / 1000 - nodeUptime())) < 2);
  assert.equal(answer.kernel, release());
});
