/** /stats_container: typed it goes on for a minute in one message, and ends when the container does. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Container } from "@servereye/commands/hub";
import { chatEngine, labels, type Shown } from "./room.test-code.ts";

let engine: Awaited<ReturnType<typeof chatEngine>>;
before(async () => {
  engine = await chatEngine();
});
after(() => engine.close());

const WEB: Container = { id: "a".repeat(64), name: "web", image: "nginx", state: "running", ports: [] };

async function looking() {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "attic");
  const state = { restarts: 0, runs: true };
  const flow = { all: 0, now: 0 };
  room.ask = async ({ command }) => {
    if (command.name === "containers") return { answer: { containers: [WEB], left: 0 }, tookMs: 1 };
    state.restarts += 1;
    const look = { ...{ cpu: 12, processors: 4, memory: 1e6 }, read: flow, written: flow, intervalMs: 1_000 };
    const subject = { id: WEB.id, name: WEB.name, state: state.runs ? "running" : "exited" };
    const answer = { subject, restarts: state.restarts, ...(state.runs ? { look } : {}) };
    return { answer: command.answer.parse(answer), tookMs: 1 };
  };
  const { port } = room;
  const waiting = new Set<() => void>();
  room.port = {
    ...port,
    async redraw(...told) {
      const shown = await port.redraw(...told);
      for (const look of [...waiting]) look();
      return shown;
    },
  };
  const latest = (of: Shown | undefined) => room.messages.get(`${of?.chatId} ${of?.messageId}`);
  const until = (of: Shown | undefined, words: RegExp): Promise<void> =>
    new Promise((resolve) => {
      const look = () => {
        if (!words.test(latest(of)?.text ?? "")) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return { room, ann, state, latest, until };
}

test("typed: one message read again until its minute is over; then Refresh reads once, with Live beside it", async () => {
  const { room, ann, latest, until } = await looking();
  const first = await ann.write("/stats_container we");
  assert.match(first?.text ?? "", /📊 web · attic[\s\S]*Restarts: 1/);
  assert.ok(labels(first).includes("⏹ Stop"));
  room.clock.turn(3_000);
  await until(first, /Restarts: 2/);
  room.clock.turn(60_000);
  await until(first, /Not live any more/);
  assert.equal(room.messages.size, 1);
  const { shown } = await ann.press(latest(first), "🔄 Refresh");
  assert.deepEqual(labels(shown).slice(-3), ["🔄 Refresh", "📡 Live", "📈"]);
  const again = (await ann.press(shown, "📡 Live")).shown;
  assert.ok(labels(again).includes("⏹ Stop"));
});

test("it ends with the container, and says so", async () => {
  const { room, ann, state, until } = await looking();
  const first = await ann.write("/stats_container web");
  state.runs = false;
  room.clock.turn(3_000);
  await until(first, /stopped/);
  assert.equal(room.metrics.of("chat_live_ended", { why: "over" }), 1);
});
