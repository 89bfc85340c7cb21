/** The question before anything changes: Yes works once, for a minute, for the asker alone; Cancel ends it. */
import type { ButtonDeed } from "./commands/command.ts";
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

/** Cancel makes its confirmation worthless, so that an old "Yes" can not be pressed by mistake. */
export const cancelDeed: ButtonDeed = async (turn, { token = "" }) => {
  const cancelled = await turn.deps.store.buttons.spend(token);
  await turn.show({ blocks: [text(turn.t(cancelled ? "cancelled" : "cancel-late"))] });
};
