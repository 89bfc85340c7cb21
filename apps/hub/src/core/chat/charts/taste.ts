/** Whether a person wishes pictures dark: kept for them, on every hub. */
import type { Turn } from "../turn.ts";

const nameOf = ({ actor }: Pick<Turn, "actor">): string => `chart.dark.${actor.person.id}`;

/** Light unless they said otherwise. */
export const isDark = async (turn: Pick<Turn, "actor" | "deps">): Promise<boolean> =>
  (await turn.deps.store.settings.get(nameOf(turn))) === "yes";

/** The other way from now on. */
export const turnDark = async (turn: Pick<Turn, "actor" | "deps">): Promise<void> =>
  turn.deps.store.settings.set(nameOf(turn), (await isDark(turn)) ? "no" : "yes");
