/** /start: the first word, also of those who come by a link. (Links of strangers are opened in doorstep.ts.) */

import { redeemLink } from "../doorstep.ts";
import { noServers } from "../faults.ts";
import { text } from "../turn.ts";
import type { ChatCommand } from "./command.ts";
import { helpBlocks } from "./help.ts";

export const start: ChatCommand = {
  name: "start",
  menu: "none",
  run: async (turn, typed) => {
    const payload = typed.words[0];
    if (payload !== undefined) {
      const outcome = await redeemLink(turn.deps, turn.incoming, payload);
      if (outcome !== undefined)
        return turn.show({
          blocks: [text(turn.t(`link-${outcome.kind}`, { server: outcome.server ?? "" }))],
        });
    }
    const { t, actor } = turn;
    const hello = text(t("start-hello", { name: actor.person.name }));
    if (actor.servers.length === 0) {
      const none = noServers(turn);
      return turn.show({ ...none, title: t("start-title"), blocks: [hello, ...none.blocks] });
    }
    await turn.show({
      title: t("start-title"),
      blocks: [hello, ...(await helpBlocks(turn))],
      buttons: [[{ label: t("servers-button"), action: { kind: "menu", command: "servers", args: [] } }]],
    });
  },
};
