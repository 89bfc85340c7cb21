/** /invite [server] [role]: a one-time link that lets somebody in, and gives a role on a server when one is named. */
import { ROLES, type Role } from "@servereye/contract";
import { authorize } from "../../access/authorize.ts";
import { auditTurn } from "../audit.ts";
import { refusal } from "../faults.ts";
import { text } from "../turn.ts";
import { which } from "../which.ts";
import type { ChatCommand } from "./command.ts";
import { notOne } from "./meant-server.ts";

const INVITE_TTL_MS = 24 * 3_600_000;

export const invite: ChatCommand = {
  name: "invite",
  menu: "all",
  run: async (turn, typed) => {
    const { t, actor, deps, incoming } = turn;
    const last = typed.words.at(-1)?.toLowerCase();
    const role: Role = ROLES.find((known) => known === last) ?? "viewer";
    const words = last === role ? typed.words.slice(0, -1) : typed.words;
    const reference = words.join(" ");
    if (incoming.chat.kind === "group") return turn.show({ blocks: [text(t("invite-private"))] });
    let data: Record<string, string> = {};
    let server = "";
    if (reference === "") {
      const decision = authorize(actor, "hub.invite", "hub");
      if (!decision.allowed) return turn.show({ blocks: [text(t("invite-usage"))] });
    } else {
      const found = which(reference, actor.servers);
      // "web-1 reader": the server is right, the role is none.
      const typo = words.length > 1 && found.kind === "none" && last !== role;
      if (typo && which(words.slice(0, -1).join(" "), actor.servers).kind === "one")
        return turn.show({ blocks: [text(t("invite-usage"))] });
      if (found.kind !== "one") {
        const again = { command: "invite", words: (serverId: string) => [serverId, role] };
        return turn.show(notOne(turn, found, reference, again));
      }
      const decision = authorize(actor, "server.share", { serverId: found.server.id });
      if (!decision.allowed) return turn.show({ blocks: [text(refusal(turn, decision))] });
      // Nobody gives away more than they have, and ownership is not given by link.
      if (role === "owner" || ROLES.indexOf(role) > ROLES.indexOf(found.server.role))
        return turn.show({ blocks: [text(t("invite-no-owner"))] });
      data = { serverId: found.server.id, role };
      server = found.server.name;
    }
    const link = deps.about.botLink();
    if (link === undefined) return turn.show({ blocks: [text(t("invite-no-bot"))] });
    const secret = deps.chance.token(24);
    const expires = deps.clock.now() + INVITE_TTL_MS;
    await deps.store.tickets.issue(secret, { kind: "invite", issuer: actor.person.id, data }, expires);
    await auditTurn(turn, "invite.make", data.serverId ?? null, "done", server === "" ? {} : { role });
    await turn.show({
      title: t("invite-title"),
      blocks: [
        text(server === "" ? t("invite-hub") : t("invite-server", { server, role: t(`role-${role}`) })),
        { type: "code", text: `${link}?start=inv_${secret}` },
        text(
          t("invite-until"),
          " ",
          { kind: "time", at: Math.floor(expires / 1000), style: "full" },
          ". ",
          t("invite-once"),
        ),
      ],
    });
  },
};
