/** /remove_server <server>: asks first; the confirmation is the asker's alone, works once and for a minute. */
import { authorize } from "../../access/authorize.ts";
import type { SeenServer } from "../../ports/people.ts";
import { auditTurn } from "../audit.ts";
import { confirmButtons } from "../confirm.ts";
import { noServers, refusal } from "../faults.ts";
import { type Turn, text } from "../turn.ts";
import { which } from "../which.ts";
import type { ButtonDeed, ChatCommand } from "./command.ts";
import { type Again, choose, notOne } from "./meant-server.ts";

const again: Again = { command: "remove_server", words: (serverId) => [serverId] };

export const remove: ChatCommand = {
  name: "remove_server",
  menu: "all",
  run: async (turn, typed) => {
    const { t, actor } = turn;
    if (actor.servers.length === 0) return turn.show(noServers(turn));
    const reference = typed.words.join(" ");
    if (reference === "")
      return turn.show(choose(turn, t("pick-which", { command: again.command }), actor.servers, again));
    const found = which(reference, actor.servers);
    if (found.kind !== "one") return turn.show(notOne(turn, found, reference, again));
    const decision = authorize(actor, "server.remove", { serverId: found.server.id });
    if (!decision.allowed) {
      await auditTurn(turn, "server.remove", found.server.id, "refused");
      return turn.show({ blocks: [text(refusal(turn, decision))] });
    }
    await confirm(turn, found.server);
  },
};

async function confirm(turn: Turn, server: SeenServer): Promise<void> {
  const { t, deps } = turn;
  const members = await deps.store.servers.members(server.id);
  await turn.show({
    title: t("remove-title", { server: server.name }),
    blocks: [
      {
        type: "facts",
        rows: [
          { label: t("remove-which"), value: [{ kind: "strong", text: server.name }] },
          { label: t("remove-id"), value: [{ kind: "code", text: server.id.slice(0, 12) }] },
          { label: t("remove-members"), value: [String(members.length)] },
        ],
      },
      text(t("remove-means")),
      { type: "note", text: [t("confirm-minute")] },
    ],
    buttons: confirmButtons(turn, t("remove-yes", { server: server.name }), {
      what: "server.remove",
      values: { serverId: server.id, name: server.name },
    }),
  });
}

/** The confirmed removal. The right, the server and its name are looked at again. */
export const removeDeed: ButtonDeed = async (turn, { serverId = "", name = "" }) => {
  const { t, deps, actor } = turn;
  const decision = authorize(actor, "server.remove", { serverId });
  if (!decision.allowed || decision.server === undefined) {
    await auditTurn(turn, "server.remove", serverId, "refused");
    await turn.show({ blocks: [text(refusal(turn, decision))] });
    return "refused";
  }
  if (decision.server.name !== name) {
    await confirm(turn, decision.server);
    return "refused";
  }
  await deps.store.servers.remove(serverId);
  await auditTurn(turn, "server.remove", serverId, "done", { name });
  await deps.fleet.removed(serverId);
  await turn.show({
    blocks: [text(t("remove-done", { server: name })), { type: "note", text: [t("remove-agent-hint")] }],
  });
  return "done";
};
