/** One question for all who ask the same of the same server in the same moment. */
import { acts } from "@servereye/contract";
import type { Clock } from "../ports/process.ts";
import type { Fleet, Question } from "./ask.ts";

/**
 * A reading joins the same question that is on its way, when that left at most this long ago, ms. A hundred people
 * who look at one server cost it, and the hub, one look; and what each is shown was read after they asked, or at most
 * this much before.
 */
export const SHARED_MS = 100;

type Asking = ReturnType<Fleet["ask"]>;

/**
 * `ask`, shared. Who may ask is decided before, for each of them. Never shared: actions,
 * and a question with a deadline of its own.
 */
export function sharing(ask: Fleet["ask"], clock: Pick<Clock, "monotonic">): Fleet["ask"] {
  const underway = new Map<string, { began: number; asking: Asking }>();

  return (question) => {
    if (acts(question.command) || question.deadlineMs !== undefined) return ask(question);
    const key = keyOf(question);
    const now = clock.monotonic();
    const other = underway.get(key);
    if (other !== undefined && now - other.began <= SHARED_MS) return other.asking;
    const entry = { began: now, asking: ask(question) };
    underway.set(key, entry);
    const forget = () => {
      if (underway.get(key) === entry) underway.delete(key);
    };
    // Whoever asked hears of a failure; this is only to let go of it.
    entry.asking.then(forget, forget);
    return entry.asking;
  };
}

const keyOf = ({ server, command, ask }: Question): string => JSON.stringify([server.id, command.name, ask]);
