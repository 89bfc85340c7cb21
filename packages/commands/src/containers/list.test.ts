/** The list of an own agent's containers: loads, restarts and ends in 35 columns, the troubled ones one press away. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AnswerOf } from "@servereye/contract";
import { columnsOf } from "../shown/names.ts";
import { phoneLines } from "../shown/phone.ts";
import { translatorOf } from "../shown/translator.ts";
import { type Container, containers } from "./contract.ts";
import { containersReading } from "./reply.ts";
import { containerDot } from "./shown.ts";

const GIB = 1_024 ** 3;
const of = (at: number, more: Partial<Container>): Container => ({
  ...{
    id: at.toString(16).padStart(64, "0"),
    name: `web-${at}`,
    image: "nginx:1.27",
    state: "running",
    ports: [],
  },
  ...more,
});

function seen(all: Container[], ask: Record<string, unknown> = {}, language: "en" | "ru" = "en") {
  const t = translatorOf(language, containersReading.messages);
  const context = { t, language, server: { id: "x", name: "attic" }, now: 0, tookMs: 1 };
  const answer: AnswerOf<typeof containers> = { containers: all, left: 0 };
  const view = containersReading.reply(answer, context, containers.ask.parse(ask));
  const drawn = { ...view, blocks: view.blocks.filter(({ type }) => type === "table"), buttons: [] };
  return {
    view,
    lines: phoneLines(view),
    rows: phoneLines(drawn).slice(1),
    text: phoneLines(view).join("\n"),
  };
}

describe("the list", () => {
  const worst: Container[] = [
    of(1, { cpu: 6_399.94, memory: 999.9 * GIB, restarts: 12_345, age: 86_400 * 400 }),
    of(2, { health: "unhealthy", restarts: 7, cpu: 0.04, memory: 300_000 }),
    of(3, { state: "exited", exitCode: 137, oomKilled: true, restarts: 2 }),
    of(4, { state: "restarting", restarts: 99, exitCode: 1 }),
    of(5, {
      name: "n".repeat(128),
      image: `registry.example.com/${"x".repeat(200)}:2026.11.20-rc1`,
      cpu: 12.3,
      memory: GIB,
    }),
    of(6, { image: `sha256:${"a".repeat(64)}`, ports: [{ inside: 80, outside: 65_535, protocol: "udp" }] }),
    of(7, {
      image: "",
      ports: [8_080, 8_443, 9_000].map((outside) => ({ inside: 80, outside, protocol: "tcp" as const })),
    }),
  ];
  for (const language of ["en", "ru"] as const)
    test(`keeps to a phone's columns whatever stands in it, in ${language}`, () => {
      for (const line of seen(worst, {}, language).rows)
        assert.ok(columnsOf(line) <= 35, `${columnsOf(line)}: ${line}`);
      for (const one of worst)
        for (const line of seen([one], {}, language).rows) assert.ok(columnsOf(line) <= 35, line);
    });

  test("shows restarts, how it ended, load, image and ports", () => {
    const { rows, text } = seen([
      of(1, {
        age: 90_000,
        restarts: 3,
        cpu: 12.34,
        memory: 340.4 * 1_024 ** 2,
        ports: [{ inside: 80, outside: 8_080, protocol: "tcp" }],
      }),
      of(2, { state: "exited", exitCode: 1 }),
      of(3, { state: "exited", exitCode: 137, oomKilled: true }),
      of(4, { cpu: 4.56, memory: 1.25 * GIB, age: 5 }),
    ]);
    const plain = rows.map((row) => row.replaceAll(/\s+/g, " ").trim()).filter((row) => row !== "");
    assert.deepEqual(plain, [
      ...["🟢 web-1 ↻3 1 d", "└ nginx:1.27 :8080 12% 340M", "🔴 web-2 exit 1", "└ nginx:1.27"],
      ...["🔴 web-3 OOM 137", "└ nginx:1.27", "🟢 web-4 5 s", "└ nginx:1.27 4.6% 1.3G"],
    ]);
    assert.match(text, /🟢 2 · 🔴 2\nCPU 16.9 % · memory 1.6 GiB/);
  });

  test("leaves a project's name out of its containers' before it cuts them, and never on buttons", () => {
    const names = ["alertmanager-1", "node-exporter-1", "loki-1"].map((one) => `monitoring-${one}`);
    const members = names.map((name, at) => of(at, { name, project: "monitoring", restarts: 12, age: 8e4 }));
    const { text, view } = seen([...members, of(8, { name: "shop-web-1", project: "shop" })]);
    assert.match(text, /🟢 alertmanager-1 +↻12 22 h\n[\s\S]*🟢 loki-1 [\s\S]*🟢 shop-web-1 /);
    const buttons = (view.buttons ?? []).map((row) => row.map(({ label }) => label));
    assert.deepEqual(buttons.slice(0, 3), [[names[0]], ["monitoring-loki-1"], [names[1]]]);
  });

  test("has the dots of those in trouble on their buttons too", () => {
    const { view } = seen([of(1, { health: "unhealthy" }), of(2, {}), of(3, { state: "exited" })]);
    assert.deepEqual(
      (view.buttons ?? [])
        .flat()
        .slice(0, 3)
        .map(({ label }) => label),
      ["🔴 web-1", "web-2", "web-3"],
    );
  });

  test("of one that restarts, tells how it ended the last time", () => {
    const { text } = seen([of(1, { state: "restarting", restarts: 13, exitCode: 1, age: 5 })]);
    assert.match(text, /🟡 web-1 +↻13 exit 1\n/);
  });

  test("puts short neighbours beside each other, whatever the others are", () => {
    const { view } = seen(["a", "b", "c", "c-of-a-long-name", "d", "e"].map((name, at) => of(at, { name })));
    const labels = view.buttons?.map((row) => row.map(({ label }) => label).join(" "));
    assert.deepEqual(labels, ["a b", "c", "c-of-a-long-name", "d e"]);
  });

  test("leads to those in trouble alone where there are pages, and back", () => {
    const many = Array.from({ length: 200 }, (_, at) =>
      of(at, at % 50 === 0 ? { health: "unhealthy" } : { age: 90 }),
    );
    const { view, text } = seen(many, { beginning: "web" });
    assert.match(text, /🟢 196 · 🔴 4[\s\S]*\[⚠️ The 4 in trouble\]/);
    const press = view.buttons?.flat().find(({ label }) => label.startsWith("⚠️"));
    assert.deepEqual(press && "ask" in press ? press.ask : undefined, { beginning: "web", trouble: true });
    const troubled = seen(many, { beginning: "web", trouble: true });
    assert.deepEqual(troubled.rows.filter((row) => /🔴|🟢/.test(row)).length, 4);
    assert.match(troubled.text, /All containers/);
    assert.match(seen(many.slice(1, 30), { trouble: true }).text, /None of them is in trouble/);
    assert.doesNotMatch(seen(many.slice(1, 30)).text, /⚠️/);
  });

  test("a dot tells a loop, what could not be started, and a stop that was asked for", () => {
    const dots = [
      of(1, { restarts: 5, age: 4 }),
      of(2, { restarts: 5, age: 400 }),
      of(3, { state: "created", exitCode: 127 }),
      of(4, { state: "created" }),
      of(5, { state: "exited", exitCode: 143 }),
      of(6, { state: "exited", exitCode: 137 }),
    ];
    assert.equal(dots.map(containerDot).join(""), "🟡🟢🔴⚪⚪🔴");
  });
});
