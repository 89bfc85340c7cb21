/** /servers: the servers a person may see, with who is there now. */
import type { SeenServer } from "../../ports/people.ts";
import { noServers } from "../faults.ts";
import { pageOf, pagers } from "../pick.ts";
import type { Draft, Turn } from "../turn.ts";
import type { ChatCommand } from "./command.ts";

export const servers: ChatCommand = {
  name: "servers",
  menu: "all",
  run: async (turn, typed) => {
    if (turn.actor.servers.length === 0) return turn.show(noServers(turn));
    const paged = typed.words[0] === "page" ? Number(typed.words[1]) : Number.NaN;
    const filter = Number.isNaN(paged) ? typed.rest : typed.words.slice(2).join(" ");
    await turn.show(await list(turn, filter, Number.isNaN(paged) ? 1 : paged));
  },
};

async function list(turn: Turn, filter: string, wanted: number): Promise<Draft> {
  const { t, actor, deps } = turn;
  const part = filter.normalize("NFC").toLowerCase();
  const matching = actor.servers.filter((server) =>
    server.name.normalize("NFC").toLowerCase().includes(part),
  );
  const presence = await deps.fleet.presenceOf(matching.map((server) => server.id));
  const { shown, page, pages } = pageOf(matching, wanted);
  const row = (server: SeenServer) => {
    const now = presence.get(server.id);
    const role = server.role === "owner" ? [] : [` · ${t(`role-${server.role}`)}`];
    const chosen = server.id === actor.chosen ? [` · ${t("servers-chosen")}`] : [];
    const unseen = now === undefined && deps.fleet.unseen(server.region);
    const state = now
      ? [t("servers-online")]
      : unseen
        ? [t("servers-unseen", { region: server.region })]
        : server.lastSeen === null
          ? [t("servers-never")]
          : [
              t("servers-offline"),
              " ",
              { kind: "time" as const, at: Math.floor(server.lastSeen / 1000), style: "relative" as const },
            ];
    return {
      label: `${server.number}. ${server.name}`,
      value: [...state, ...role, ...chosen],
      level: now ? ("ok" as const) : unseen ? ("warn" as const) : ("bad" as const),
    };
  };
  const blocks: Draft["blocks"] =
    matching.length === 0
      ? [{ type: "text", text: [t("servers-no-match", { filter })] }]
      : [{ type: "facts", rows: shown.map(row) }];
  const online = matching.filter((server) => presence.has(server.id)).length;
  if (pages > 1) blocks.push({ type: "note", text: [t("servers-filter")] });
  const to = (page: number) => ({
    kind: "menu" as const,
    command: "servers",
    args: ["page", String(page), filter],
  });
  return {
    title: t("servers-title", { count: matching.length, online }),
    blocks,
    buttons: [
      ...shown.map((server) => [
        {
          label: server.name,
          action: { kind: "ask" as const, command: "status", ask: {}, serverId: server.id },
        },
      ]),
      ...pagers(turn, page, pages, (page, label) => ({ label, action: to(page) })),
      [{ label: t("refresh"), action: to(page) }],
    ],
  };
}
