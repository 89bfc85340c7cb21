/** /stats: figures of the installation, for its admins. */
import { authorize } from "../../access/authorize.ts";
import { refusal } from "../faults.ts";
import { text } from "../turn.ts";
import type { ChatCommand } from "./command.ts";

export const stats: ChatCommand = {
  name: "stats",
  menu: "admin",
  run: async (turn) => {
    const { t, actor, deps } = turn;
    const decision = authorize(actor, "hub.stats", "hub");
    if (!decision.allowed) return turn.show({ blocks: [text(refusal(turn, decision))] });
    const [figures, online] = await Promise.all([deps.store.figures(), deps.online()]);
    await turn.show({
      title: t("stats-title"),
      blocks: [
        {
          type: "facts",
          rows: [
            {
              label: t("stats-servers"),
              value: [t("stats-servers-value", { count: figures.servers, online })],
            },
            { label: t("stats-persons"), value: [String(figures.persons)] },
            { label: t("stats-memberships"), value: [String(figures.memberships)] },
            { label: t("stats-audit"), value: [String(figures.auditEntries)] },
            {
              label: t("stats-store"),
              value: [t("stats-store-value", { mib: figures.storeBytes / 1_048_576 })],
            },
            { label: t("stats-version"), value: [deps.about.version] },
            {
              label: t("stats-since"),
              value: [{ kind: "time", at: Math.floor(deps.about.startedAt / 1000), style: "full" }],
            },
          ],
        },
      ],
      buttons: [[{ label: t("refresh"), action: { kind: "menu", command: "stats", args: [] } }]],
    });
  },
};
