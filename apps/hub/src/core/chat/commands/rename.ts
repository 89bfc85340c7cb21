/** /rename_server <server> <name>. */
import { Fault } from "@servereye/contract";
import { authorize } from "../../access/authorize.ts";
import { checkName } from "../../fleet/name.ts";
import { auditTurn } from "../audit.ts";
import { deedFaultDraft, noServers, refusal } from "../faults.ts";
import { text } from "../turn.ts";
import { leading } from "../which.ts";
import type { ChatCommand } from "./command.ts";
import { notOne } from "./meant-server.ts";

export const rename: ChatCommand = {
  name: "rename_server",
  menu: "all",
  run: async (turn, typed) => {
    const { t, actor, deps } = turn;
    if (actor.servers.length === 0) return turn.show(noServers(turn));
    const { which: found, rest } = leading(typed.words, actor.servers);
    if (typed.words.length < 2) return turn.show({ blocks: [text(t("rename-usage"))] });
    if (found.kind !== "one") {
      const again = { command: "rename_server", words: (serverId: string) => [serverId, ...rest] };
      return turn.show(notOne(turn, found, typed.words[0] ?? "", again));
    }
    const { server } = found;
    const decision = authorize(actor, "server.rename", { serverId: server.id });
    if (!decision.allowed) {
      await auditTurn(turn, "server.rename", server.id, "refused");
      return turn.show({ blocks: [text(refusal(turn, decision))] });
    }
    try {
      const name = checkName(rest.join(" "));
      const same = (other: string) => other.toLowerCase() === name.toLowerCase();
      if (actor.servers.some((other) => other.id !== server.id && same(other.name)))
        return turn.show({ blocks: [text(t("rename-taken", { name }))] });
      await deps.store.servers.rename(server.id, name);
      await auditTurn(turn, "server.rename", server.id, "done", { from: server.name, to: name });
      await turn.show({ blocks: [text(t("rename-done", { old: server.name, name }))] });
    } catch (error) {
      await turn.show(deedFaultDraft(turn, Fault.of(error), { server: server.name }));
    }
  },
};
