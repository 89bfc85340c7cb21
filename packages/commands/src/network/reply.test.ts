/** network on a phone, in both languages. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnswerOf } from "@servereye/contract";
import { columnsOf } from "../shown/names.ts";
import { phoneLines } from "../shown/phone.ts";
import { idsOf, translatorOf } from "../shown/translator.ts";
import type { Flow, Interface, network } from "./contract.ts";
import { messages } from "./messages.ts";
import { networkReading } from "./reply.ts";

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const flow = (rate: number | undefined, bytes: number, errors = 0, drops = 0): Flow => ({
  ...(rate === undefined ? {} : { rate }),
  bytes,
  packets: 1e6,
  errors,
  drops,
});
const link = (name: string, into: Flow, out: Flow, more: Partial<Interface> = {}): Interface => ({
  name,
  state: "up",
  physical: true,
  ...more,
  in: into,
  out,
});

const lines = (language: "en" | "ru", answer: Partial<AnswerOf<typeof network>>) =>
  phoneLines(
    networkReading.reply(
      { interfaces: [], left: 0, unused: 0, intervalMs: 400, ...answer },
      {
        t: translatorOf(language, messages),
        language,
        server: { id: "1", name: "web-1" },
        now: 0,
        tookMs: 1,
      },
      {},
    ),
  ).filter((line) => line !== "");

const odd: Partial<AnswerOf<typeof network>> = {
  interfaces: [
    link("enp3s0", flow(1.2 * MIB, 25 * GIB), flow(340 * 1024, 4 * GIB), { speed: 1e9 }),
    link("wg0", flow(undefined, 0), flow(undefined, 0), { state: "unknown", physical: false }),
    link("eth1", flow(118 * MIB, 900 * GIB, 12_345), flow(0, 0, 0, 3), { speed: 1e9, state: "up" }),
  ],
  left: 2,
  unused: 5,
  loopback: flow(1_200, 3 * GIB),
  containers: { count: 2, in: flow(5 * MIB, 7 * GIB), out: flow(200 * 1024, GIB) },
};

test("links in trouble first, each with now and since boot, containers and loopback apart", () => {
  assert.deepEqual(lines("en", odd), [
    "🌐 Network · web-1",
    "eth1 · up · 1 Gbit/s",
    "Now: ↓ 118.0 MiB/s ↑ 0 B/s",
    "🔴 Link used: 99 %",
    "Since boot: ↓ 900.0 GiB ↑ 0 B",
    "🔴 Errors: ↓ 12,345 ↑ 0",
    "Drops: ↓ 0 ↑ 3",
    "enp3s0 · up · 1 Gbit/s",
    "Now: ↓ 1.2 MiB/s ↑ 340.0 KiB/s",
    "Since boot: ↓ 25.0 GiB ↑ 4.0 GiB",
    "🟢 Errors, drops: none",
    "wg0",
    "Now: ↓ – ↑ –",
    "Since boot: ↓ 0 B ↑ 0 B",
    "🟢 Errors, drops: none",
    "2 quieter interfaces not shown",
    "Containers, VMs (2 interfaces)",
    "Now: ↓ 5.0 MiB/s ↑ 200.0 KiB/s",
    "Since boot: ↓ 7.0 GiB ↑ 1.0 GiB",
    "🟢 Errors, drops: none",
    "Loopback: 1.2 KiB/s now, 3.0 GiB since boot",
    "5 interfaces were never used.",
    "– : counters restarted, or just appeared. The next look has a rate.",
  ]);
});

test("Russian has its plurals, and its rows fit a phone", () => {
  const text = lines("ru", odd);
  assert.ok(text.includes("Контейнеры, ВМ (2 интерфейса)"));
  assert.ok(text.includes("5 интерфейсов ни разу не использовались."));
  assert.ok(lines("ru", { ...odd, unused: 1 }).includes("1 интерфейс ни разу не использовался."));
  for (const line of text.filter((l) => /[↓↑]/.test(l))) assert.ok(columnsOf(line) <= 35, line);
});

test("a handful of errors is no alarm, one in a thousand is", () => {
  const errors = (count: number) =>
    lines("en", { interfaces: [link("eth0", flow(0, 0, count), flow(0, 0))] }).find((l) =>
      l.includes("Errors"),
    );
  assert.equal(errors(9), "🟢 Errors: ↓ 9 ↑ 0");
  assert.equal(errors(2_000), "🟡 Errors: ↓ 2,000 ↑ 0");
  assert.equal(errors(20_000), "🔴 Errors: ↓ 20,000 ↑ 0");
});

test("every state and every word stands in both languages", () => {
  assert.deepEqual(idsOf(messages.en), idsOf(messages.ru));
  for (const language of ["en", "ru"] as const) {
    assert.ok(translatorOf(language, messages)("network-about").length <= 60);
    for (const state of [
      "up",
      "down",
      "dormant",
      "testing",
      "lowerlayerdown",
      "notpresent",
      "unknown",
    ] as const) {
      const text = lines(language, { interfaces: [link("e\n0", flow(0, 0), flow(0, 0), { state })] });
      assert.ok(text[1]?.startsWith("e·0"));
    }
    assert.equal(lines(language, {}).length, 2);
  }
});
