/** temp on a phone, in both languages. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnswerOf } from "@servereye/contract";
import { columnsOf } from "../shown/names.ts";
import { phoneLines } from "../shown/phone.ts";
import { idsOf, translatorOf } from "../shown/translator.ts";
import type { Part, Sensor, temp } from "./contract.ts";
import { messages } from "./messages.ts";
import { tempReading } from "./reply.ts";

const sensor = (chip: string, label: string, part: Part, celsius: number, crit?: number): Sensor => ({
  chip,
  label,
  part,
  celsius,
  ...(crit === undefined ? {} : { crit }),
});

const core = sensor("coretemp", "Core 2", "core", 72, 100);
const answer: AnswerOf<typeof temp> = {
  sensors: [core, sensor("sdb", "", "other", 57, 60), sensor("nvme0", "Composite", "other", 41.9, 84.9)],
  left: 0,
  hottest: core,
  average: { celsius: 64.25, part: "core", count: 4 },
  silent: [],
  silentLeft: 0,
};

const lines = (language: "en" | "ru", more: Partial<AnswerOf<typeof temp>> = {}) =>
  phoneLines(
    tempReading.reply(
      { ...answer, ...more },
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

test("the hottest core and what the average is of come first, then the sensors, those in trouble first", () => {
  assert.deepEqual(lines("en", { throttled: { core: 1, package: 0 }, slowed: { now: 1, of: 4 } }), [
    "🌡 Temperature · web-1",
    "🟡 Hottest core: 72.0 °C · Core 2",
    "Average: 64.3 °C of 4 cores",
    "Throttled: 1 time since boot",
    "🔴 Slowed now: 1 of 4",
    "Sensors",
    "🟡 Core 2: 72.0 °C (limit 100)",
    "🟡 sdb: 57.0 °C (limit 60)",
    "🟢 nvme0 Composite: 41.9 °C",
  ]);
});

test("Russian has its plurals, and its rows fit a phone", () => {
  const text = lines("ru", { throttled: { core: 3, package: 2 }, left: 3 });
  assert.deepEqual(text.slice(1, 4), [
    "🟡 Горячее ядро: 72,0 °C · Core 2",
    "В среднем: 64,3 °C по 4 ядрам",
    "Троттлинг: 3 раза с загрузки",
  ]);
  assert.equal(text.at(-1), "Не показаны 3 более холодных датчика");
  for (const line of text) assert.ok(columnsOf(line) <= 36, line);
  assert.ok(
    lines("ru", { average: { celsius: 50, part: "core", count: 21 } }).includes(
      "В среднем: 50,0 °C по 21 ядру",
    ),
  );
});

test("of a single sensor there is no average; no throttling is said where the kernel counts it", () => {
  const alone = {
    average: { celsius: 50, part: "other" as const, count: 1 },
    throttled: { core: 0, package: 0 },
  };
  const text = lines("en", alone);
  assert.ok(!text.some((line) => line.startsWith("Average")));
  assert.ok(text.includes("Throttled: never since boot"));
  assert.ok(!lines("en").some((line) => line.startsWith("Throttled")));
});

test("sensors without a sensible value are named, with what they claim", () => {
  const silent = ["a", "b", "c", "d", "e"].map((chip) => ({ chip, label: "" }));
  const text = lines("en", {
    silent: [{ chip: "nct6775", label: "AUXTIN0", celsius: 127 }, ...silent],
    silentLeft: 2,
  });
  assert.equal(text.at(-1), "Without a sensible value: nct6775 AUXTIN0 (127.0 °C), a, b, c and 4 more");
});

test("many sensors: twelve are shown and the others counted", () => {
  const sensors = Array.from({ length: 40 }, (_, i) =>
    sensor("a very long chip's name", `label ${i}`, "other", 90 - i),
  );
  const text = lines("en", { sensors, left: 5 });
  assert.equal(text.at(-1), "33 cooler sensors not shown");
  for (const line of text) assert.ok(columnsOf(line) <= 35, line);
});

test("every part and every word stands in both languages", () => {
  assert.deepEqual(idsOf(messages.en), idsOf(messages.ru));
  for (const language of ["en", "ru"] as const) {
    assert.ok(translatorOf(language, messages)("temp-about").length <= 60);
    for (const part of ["core", "cpu", "other"] as const) {
      const text = lines(language, { hottest: { ...core, part }, average: { celsius: 1, part, count: 2 } });
      assert.match(text[1] ?? "", /72[.,]0 °C/);
    }
  }
});
