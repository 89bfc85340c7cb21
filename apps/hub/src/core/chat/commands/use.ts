/** /use <server>: the server meant when none is named, in this chat. */
import { authorize } from "../../access/authorize.ts";
import { noServers, refusal } from "../faults.ts";
import { pick } from "../pick.ts";
import { type Turn, text } from "../turn.ts";
import { which } from "../which.ts";
import type { ButtonDeed, ChatCommand } from "./command.ts";
import { notOne } from "./meant-server.ts";

export const use: ChatCommand = {
  name: "use",
  menu: "all",
  run: async (turn, typed) => {
    const { t, actor } = turn;
    if (actor.servers.length === 0) return turn.show(noServers(turn));
    const reference = typed.words.join(" ");
    if (reference === "") {
      const chosen = actor.servers.find((server) => server.id === actor.chosen);
      const draft = pick(turn, { command: "use", ask: {}, reference: "" });
      const line = text(chosen ? t("use-now", { server: chosen.name }) : t("use-none"));
      return turn.show({ ...draft, blocks: [line, ...draft.blocks.slice(1)] });
    }
    if (["-", "none", "all", "off"].includes(reference.toLowerCase())) return choose(turn, null);
    const found = which(reference, actor.servers);
    if (found.kind === "several") return turn.show(pick(turn, { command: "use", ask: {}, reference }));
    if (found.kind === "none")
      return turn.show(notOne(turn, found, reference, { command: "use", words: (serverId) => [serverId] }));
    await choose(turn, found.server.id);
  },
};

async function choose(turn: Turn, serverId: string | null): Promise<void> {
  const { t, deps, actor, chatKey } = turn;
  if (serverId === null) {
    await deps.store.people.choose(actor.person.id, chatKey, null);
    return turn.show({ blocks: [text(t("use-forgot"))] });
  }
  const decision = authorize(actor, "server.use", { serverId });
  if (!decision.allowed || decision.server === undefined)
    return turn.show({ blocks: [text(refusal(turn, decision))] });
  await deps.store.people.choose(actor.person.id, chatKey, serverId);
  await turn.show({
    blocks: [text(t("use-done", { server: decision.server.name })), { type: "note", text: [t("use-hint")] }],
  });
}

export const useDeed: ButtonDeed = (turn, { serverId = "" }) => choose(turn, serverId);
