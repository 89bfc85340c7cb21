/** /members [server]: who may see and do what on a server, with a way to take it back. */
import { authorize } from "../../access/authorize.ts";
import { auditTurn } from "../audit.ts";
import { confirmButtons } from "../confirm.ts";
import { refusal } from "../faults.ts";
import { pageOf, pagers } from "../pick.ts";
import { type Turn, text } from "../turn.ts";
import type { ButtonDeed, ChatCommand } from "./command.ts";
import { type Again, meantServer } from "./meant-server.ts";

const again: Again = { command: "members", words: (serverId) => [serverId] };

export const members: ChatCommand = {
  name: "members",
  menu: "all",
  run: async (turn, typed) => {
    const server = await meantServer(turn, typed.words.join(" "), again);
    if (server !== undefined) await list(turn, server.id);
  },
};

async function list(turn: Turn, serverId: string, wanted = 1): Promise<void> {
  const { t, actor, deps } = turn;
  const decision = authorize(actor, "server.share", { serverId });
  if (!decision.allowed || decision.server === undefined)
    return turn.show({ blocks: [text(refusal(turn, decision))] });
  const { shown, page, pages } = pageOf(
    await deps.store.servers.members(serverId, { mayBeOld: true }),
    wanted,
  );
  await turn.show({
    title: t("members-title", { server: decision.server.name }),
    blocks: [
      {
        type: "facts",
        rows: shown.map((member) => ({ label: member.person.name, value: [t(`role-${member.role}`)] })),
      },
      { type: "note", text: [t("members-hint", { server: decision.server.name })] },
    ],
    buttons: [
      ...shown
        .filter((member) => member.role !== "owner")
        .map((member) => [
          {
            label: t("members-revoke", { name: member.person.name }),
            action: {
              kind: "do" as const,
              what: "member.ask",
              values: { serverId, personId: member.person.id, name: member.person.name },
            },
            mine: true,
          },
        ]),
      ...pagers(turn, page, pages, (to, label) => ({
        label,
        action: { kind: "do", what: "members.page", values: { serverId, page: String(to) } },
        mine: true,
      })),
    ],
  });
}

export const membersPageDeed: ButtonDeed = (turn, { serverId = "", page = "1" }) =>
  list(turn, serverId, Number(page));

/** First press: asks. */
export const memberAskDeed: ButtonDeed = async (turn, values) => {
  const { t, actor } = turn;
  const decision = authorize(actor, "server.share", { serverId: values.serverId ?? "" });
  if (!decision.allowed || decision.server === undefined)
    return turn.show({ blocks: [text(refusal(turn, decision))] });
  await turn.show({
    blocks: [
      text(t("members-sure", { name: values.name ?? "", server: decision.server.name })),
      { type: "note", text: [t("confirm-minute")] },
    ],
    buttons: confirmButtons(turn, t("members-yes"), { what: "member.revoke", values }),
  });
};

/** Confirmed: the right is looked at again. An owner is never removed here. */
export const memberRevokeDeed: ButtonDeed = async (turn, { serverId = "", personId = "", name = "" }) => {
  const { t, deps, actor } = turn;
  const decision = authorize(actor, "server.share", { serverId });
  const target = decision.allowed
    ? (await deps.store.servers.members(serverId)).find((member) => member.person.id === personId)
    : undefined;
  const refused = !decision.allowed || target?.role === "owner";
  if (!refused) await deps.store.servers.revoke(serverId, personId);
  await auditTurn(turn, "member.revoke", serverId, refused ? "refused" : "done", { personId });
  await turn.show({
    blocks: [text(refused ? refusal(turn, decision) || t("invite-no-owner") : t("members-done", { name }))],
  });
  return refused ? "refused" : "done";
};
