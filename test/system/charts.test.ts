/** What a real agent measures, as a real picture in the chat: its line is there, and its buttons change it in place. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { LIGHT } from "@servereye/contract";
import { near, pixelsOf } from "../../apps/hub/src/adapters/charts/png.test-code.ts";
import type { Actor } from "../telegram/actor.ts";
import type { ChatMessage } from "../telegram/message.ts";
import { PATIENCE_MS } from "./process.ts";
import { addServer, ask, labels, openSystem, press, type System, tap } from "./system.ts";

let system: System;
let ann: Actor;

before(async () => {
  system = await openSystem({ env: { SERVEREYE_ADMINS: "1" } });
  ann = system.emulator.control.person({ id: 1, firstName: "Ann", languageCode: "en" });
});
after(() => system.close());

/** The pixels of a picture that have the colour of a chart's first line. */
function lineIn({ kind, media }: ChatMessage): number {
  assert.equal(kind, "photo");
  const pixels = pixelsOf(media?.bytes ?? Buffer.alloc(0));
  assert.equal(pixels.width, 780);
  const plot = [90, 120, 780, 500] as const;
  return pixels.count(plot, near(LIGHT.lines[0] ?? ""));
}

it("/chart cpu is a picture with the machine's own line, changed in place; 📈 opens it under a reading", async () => {
  await addServer(system, ann, "attic", { SERVEREYE_AGENT_INTERVAL: "1" });
  let shown = await ask(ann, "/chart cpu 5m");
  const { messageId } = shown;
  // The agent measures each second; how soon the first of it is kept is for others to hold.
  for (const end = Date.now() + PATIENCE_MS; lineIn(shown) < 40 && Date.now() < end; ) {
    await tap(ann, "🔄 Refresh", { messageId });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    shown = ann.chat.messages.find((message) => message.messageId === messageId) ?? shown;
  }
  assert.ok(lineIn(shown) >= 40, shown.text);
  assert.equal(shown.messageId, messageId);
  assert.match(shown.text, /^CPU usage/);
  assert.deepEqual(labels(shown).slice(0, 3), ["•5 min", "1 h", "6 h"]);
  const before = shown.media;
  const hour = (await press(ann, "1 h")).message;
  assert.ok(hour.messageId === messageId && hour.media !== before && labels(hour).includes("•1 h"));

  const reading = await ask(ann, "/memory");
  assert.equal(reading.kind, "text");
  const memory = (await press(ann, "📈")).message;
  assert.deepEqual([memory.kind, memory.messageId], ["photo", reading.messageId]);
  assert.match(memory.text, /^Memory used/);
});
