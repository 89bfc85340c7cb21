/** The question before anything changes: Yes works once, for a minute, for the asker alone; Cancel ends it. */
import { Fault, type FaultCode } from "@servereye/contract";
import { mayHaveActed } from "../fleet/acted.ts";
import type { ButtonOutcome } from "../ports/buttons.ts";
import type { ButtonDeed } from "./commands/command.ts";
import type { ChatDeps } from "./deps.ts";
import { CONFIRM_TTL_MS, type DraftButton, type Turn, text } from "./turn.ts";

/** The two buttons of a confirmation. `deed`: what Yes does; it decides the right again at the press. */
export function confirmButtons(
  turn: Turn,
  yes: string,
  deed: { what: string; values: Record<string, string> },
): DraftButton[][] {
  const token = turn.deps.chance.token(18);
  const mine = { mine: true, ttlMs: CONFIRM_TTL_MS };
  return [
    [{ label: yes, action: { kind: "do", ...deed }, once: true, token, ...mine }],
    [{ label: turn.t("cancel"), action: { kind: "do", what: "cancel", values: { token } }, ...mine }],
  ];
}

/** Faults that do not say that nothing was changed: the channel, too, says RATE_LIMITED when it can not show the end. */
const DOUBTFUL: ReadonlySet<FaultCode> = new Set([
  "STORE_UNAVAILABLE",
  "INTERNAL",
  "RATE_LIMITED",
  "AGENT_FAILED",
  "ANSWER_INVALID",
  "CHANNEL_UNREACHABLE",
]);

export interface Confirmations {
  /** Does it, if this press is the first; else tells what is known of the first. */
  pressed(turn: Turn, token: string, deed: () => Promise<unknown>): Promise<void>;
  /** Its minute is over: tells so, unless it was pressed in time. */
  expired(turn: Turn, token: string): Promise<void>;
}

/** A press spends its button before anything is done, so that it is done once; and notes after it how it ended. */
export function createConfirmations({ store: { buttons }, log }: ChatDeps): Confirmations {
  /** Tokens that this hub acts on now: a double tap comes faster than the first one's end. */
  const underway = new Set<string>();

  async function known(token: string): Promise<string> {
    const outcome = await buttons.outcome(token);
    if (outcome === undefined) return "button-unknown";
    if (outcome === "unspent") return "fault-confirmation-expired";
    return outcome === "done" ? "button-spent" : `button-${outcome}`;
  }

  const note = (token: string, outcome: ButtonOutcome): Promise<void> =>
    buttons.end(token, outcome).catch((error: unknown) => {
      // A second press is told "I do not know", which is then true.
      log.warn("chat.outcome_unnoted", { outcome, error: String(error) });
    });

  async function act(turn: Turn, token: string, deed: () => Promise<unknown>): Promise<void> {
    try {
      const result = await deed();
      // Of what is not known nothing is noted: a second press is told that.
      if (result !== "unknown") await note(token, result === "refused" ? "refused" : "done");
    } catch (error) {
      const fault = Fault.of(error);
      const { code } = fault;
      // These may have come after it was done: from the way to the person, or out of nowhere.
      if (!DOUBTFUL.has(code) && !mayHaveActed(fault)) await note(token, "refused");
      if (code !== "STORE_UNAVAILABLE") throw error;
      // It may have been done before the store went: neither "done" nor "nothing was changed" would be the truth.
      log.warn("chat.outcome_unknown", { error: String(error) });
      await turn.notice("");
      await turn.show({ blocks: [text(turn.t("deed-unknown"))] });
    }
  }

  return {
    async pressed(turn, token, deed) {
      if (underway.has(token)) return turn.notice(turn.t("button-underway"), true);
      underway.add(token);
      try {
        if (!(await buttons.spend(token))) return await turn.notice(turn.t(await known(token)), true);
        await act(turn, token, deed);
      } finally {
        underway.delete(token);
      }
    },
    expired: async (turn, token) => turn.notice(turn.t(await known(token)), true),
  };
}

/** Cancel makes its confirmation worthless, so that an old "Yes" can not be pressed by mistake. */
export const cancelDeed: ButtonDeed = async (turn, { token = "" }) => {
  const { buttons } = turn.deps.store;
  const cancelled = await buttons.spend(token);
  if (cancelled) await buttons.end(token, "cancelled");
  await turn.show({ blocks: [text(turn.t(cancelled ? "cancelled" : "cancel-late"))] });
};
