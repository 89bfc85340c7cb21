/** What one connection was asked and has not answered: its agent can answer that, and nothing else. */
import type { Ask } from "@servereye/contract";
import type { Clock } from "../ports/process.ts";

export interface Asked {
  /** False when it holds too many already, or the ask has expired. */
  add(ask: Ask): boolean;
  /** Where the answer goes, once. */
  take(id: string): { replyTo: string } | "unknown" | "late";
  size(): number;
}

/** Hubs limit themselves to 32 in flight for a server; this is for eight of them. */
export const ASKED_MAX = 256;

export function createAsked(clock: Clock, max = ASKED_MAX): Asked {
  const open = new Map<string, { replyTo: string; expires: number }>();

  function sweep(now: number): void {
    for (const [id, { expires }] of open) if (expires <= now) open.delete(id);
  }

  return {
    add(ask) {
      const now = clock.now();
      if (ask.expires <= now) return false;
      if (open.size >= max) sweep(now);
      if (open.size >= max || open.has(ask.id)) return false;
      open.set(ask.id, { replyTo: ask.replyTo, expires: ask.expires });
      return true;
    },
    take(id) {
      const found = open.get(id);
      if (!found) return "unknown";
      open.delete(id);
      return found.expires <= clock.now() ? "late" : { replyTo: found.replyTo };
    },
    size: () => open.size,
  };
}
