/** Words for a server reference that names none or several, where a button can not finish the command. */
import { type Draft, type Turn, text } from "../turn.ts";
import type { Which } from "../which.ts";

export function notOne(turn: Turn, found: Which, reference: string): Draft {
  const { t } = turn;
  if (found.kind === "several")
    return {
      blocks: [
        text(t("pick-several", { reference })),
        {
          type: "facts",
          rows: found.servers
            .slice(0, 20)
            .map((server) => ({ label: `${server.number}`, value: [server.name] })),
        },
      ],
    };
  const near = found.kind === "none" ? found.near : undefined;
  return {
    blocks: [
      text(
        near ? t("server-unknown-near", { reference, near: near.name }) : t("server-unknown", { reference }),
      ),
    ],
    buttons: [[{ label: t("servers-button"), action: { kind: "menu", command: "servers", args: [] } }]],
  };
}
