/** Following the conversation over restarts of the hub: its address and token are read anew each time. */
import { setTimeout as pause } from "node:timers/promises";
import type { ChatMessage } from "@servereye/contract";
import { Advice, type HubApi } from "../local-hub.ts";
import { eventsOf } from "./events.ts";

const AGAIN_MS = 1_000;

export interface FollowOptions {
  /** The hub as it is now. Throws `Advice` when none runs. */
  connect(): HubApi;
  signal: AbortSignal;
  /** New and changed messages. */
  on(message: ChatMessage): void;
  /** What was there before this terminal came. */
  before(message: ChatMessage): void;
  gone(id: string): void;
  remark(text: string): void;
}

/** Resolves when `signal` is given. The first connection must succeed: otherwise it rejects with `Advice`. */
export async function follow(options: FollowOptions): Promise<void> {
  let first = true;
  let told = false;
  for (;;) {
    try {
      const hub = options.connect();
      const response = await hub.call("GET", "/api/v1/chat/events", { signal: options.signal });
      if (told) options.remark("The hub is back.");
      told = false;
      let kept = false;
      for await (const event of eventsOf(response.body ?? new ReadableStream())) {
        if (event.type === "kept") {
          kept = true;
          first = false;
        } else if (event.type === "deleted") options.gone(event.id);
        else if (event.type === "message")
          if (first && !kept) options.before(event.message);
          else options.on(event.message);
      }
    } catch (error) {
      if (options.signal.aborted) return;
      // Broken streams and hubs that are being started anew are expected here, but not at the very beginning.
      if (first && error instanceof Advice) throw error;
    }
    if (options.signal.aborted) return;
    if (!told) options.remark("The hub has gone; waiting for it to come back …");
    told = true;
    await pause(AGAIN_MS, undefined, { signal: options.signal }).catch(() => undefined);
  }
}
