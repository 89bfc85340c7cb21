/** A chat command of the hub's own: what is typed and done without asking an agent. */
import type { Typed } from "../parse.ts";
import type { Turn } from "../turn.ts";

export interface ChatCommand {
  name: string;
  /** Who sees it in the menu. */
  menu: "all" | "admin" | "none";
  run(turn: Turn, typed: Typed): Promise<void>;
}

/** How the deed of a single-use button ended, for whoever presses it again. */
export type Ended = "done" | "refused" | "unknown";

/**
 * What a stored `do` button does. It has been found, is in its chat, unexpired and, if single-use, spent by this press.
 * A single-use one resolves with "refused" when nothing was changed, and with "unknown" when nobody knows.
 */
export type ButtonDeed = (turn: Turn, values: Record<string, string>) => Promise<unknown>;
