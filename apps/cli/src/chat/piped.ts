/** The chat in a pipe: each line is asked in its turn, and only what came of it is printed. */
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import type { ChatMessage } from "@servereye/contract";
import type { HubApi } from "../local-hub.ts";
import { eventsOf } from "./events.ts";
import { Known } from "./known.ts";
import { plainLine } from "./plain.ts";
import { type Look, renderMessage } from "./render.ts";
import { SAVE, save } from "./save.ts";

/** The answer and the stream that shows it are two connections: the stream may be this much behind, ms. */
const BEHIND_MS = 150;
/** A pressed button that has changed nothing by then changes nothing, ms. */
const PRESS_MS = 6_000;

export async function piped(options: { hub: HubApi; look(): Look }): Promise<number> {
  const { hub } = options;
  const known = new Known();
  /** The last state of what has changed since the last printing, in the order it first came. */
  let changed = new Map<string, ChatMessage>();
  const leaving = new AbortController();
  const stream = await hub.call("GET", "/api/v1/chat/events", { signal: leaving.signal });
  const ready = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const event of eventsOf(stream.body ?? new ReadableStream())) {
      if (event.type === "kept") {
        changed = new Map();
        ready.resolve();
      } else if (event.type === "message" && known.learn(event.message))
        changed.set(event.message.id, event.message);
      else if (event.type === "deleted") changed.delete(event.id);
    }
  })().then(
    () => ready.resolve(),
    (error: unknown) => (leaving.signal.aborted ? undefined : ready.reject(error)),
  );
  await ready.promise;

  for await (const line of createInterface({ input: process.stdin })) {
    const text = line.trim();
    if (text === "") continue;
    if (SAVE.test(text)) {
      process.stderr.write(`${await save(hub, known.file, text)}\n`);
      continue;
    }
    const found = known.button(text);
    if (found !== undefined && "token" in found.button) {
      const { notice } = await hub.press(found.messageId, found.button.token);
      if (notice !== undefined) process.stderr.write(`${plainLine(notice)}\n`);
      // A press is answered before it is done; what it changes comes a little later, or never.
      const until = performance.now() + PRESS_MS;
      while (changed.size === 0 && performance.now() < until) await pause(BEHIND_MS);
    } else await hub.write(text, true);
    await pause(BEHIND_MS);
    for (const message of changed.values()) {
      const lines = renderMessage(message, options.look());
      if (lines !== undefined) process.stdout.write(`${lines.join("\n")}\n\n`);
    }
    changed = new Map();
  }
  leaving.abort();
  await reading;
  return 0;
}
