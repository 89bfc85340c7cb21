/** /overview: all of a person's servers with bars, the worst first; read again in its place, for ten minutes if wished. */
import type { SeenServer } from "../../ports/people.ts";
import type { ButtonDeed, ChatCommand } from "../commands/command.ts";
import { withoutServers } from "../commands/meant-server.ts";
import type { Draft, DraftButton } from "../draft.ts";
import { pagers } from "../pick.ts";
import { type Turn, tell, text, updatedNote } from "../turn.ts";
import { type Standing, standingsOf, worstFirst } from "./standings.ts";

/** Measures that are shown, each with the words of its bar. */
const SHOWN = [
  ["cpu.usage", "overview-cpu"],
  ["memory.usage", "overview-memory"],
  ["disk.used", "overview-disk"],
] as const;

/** Four lines each: so many fit a phone without much scrolling. */
const PAGE = 6;
/** As often as there are new samples; Telegram takes 20 messages a minute in a group. */
const EVERY_MS = 10_000;
const FOR_MS = 600_000;

export const overviewCommand: ChatCommand = {
  name: "overview",
  menu: "all",
  run: async (turn, { words }) => {
    if (await withoutServers(turn)) return;
    await tell(turn, await overviewDraft(turn, turn.actor.servers, Number(words[0]) || 1, true));
  },
};

/** @param offersLive false while it is live already */
async function overviewDraft(
  turn: Turn,
  servers: readonly SeenServer[],
  wanted: number,
  offersLive: boolean,
): Promise<Draft> {
  const { t } = turn;
  const all = worstFirst(
    await standingsOf(
      turn,
      servers,
      SHOWN.map(([key]) => key),
    ),
  );
  const pages = Math.max(1, Math.ceil(all.length / PAGE));
  const page = Math.min(Math.max(1, Math.trunc(wanted) || 1), pages);
  const shown = all.slice((page - 1) * PAGE, page * PAGE);
  const online = all.filter((one) => one.online).length;
  const to = (other: number, label: string): DraftButton => ({
    label,
    action: { kind: "menu", command: "overview", args: [String(other)] },
    mine: true,
  });
  const live: DraftButton = {
    label: t("live-start"),
    action: { kind: "do", what: "overview.live", values: { page: String(page) } },
    mine: true,
  };
  const buttons = shown.map(
    ({ server }): DraftButton => ({
      label: server.name,
      action: { kind: "ask", command: "status", ask: {}, serverId: server.id },
    }),
  );
  const rows = Array.from({ length: Math.ceil(buttons.length / 2) }, (_, at) =>
    buttons.slice(at * 2, at * 2 + 2),
  );
  return {
    title: t("overview-title", { online, all: all.length }),
    blocks: [...shown.flatMap((one) => serverBlocks(t, one)), updatedNote(turn)],
    buttons: offersLive ? [...rows, ...pagers(turn, page, pages, to), [to(page, t("refresh")), live]] : rows,
  };
}

function serverBlocks(t: Turn["t"], { server, online, now }: Standing): Draft["blocks"] {
  const heading = { type: "heading" as const, text: `${online ? "" : "🔴 "}${server.name}` };
  const rows = SHOWN.flatMap(([key, words]) => {
    const found = now.get(key);
    if (found === undefined) return [];
    const { value, of, level } = found;
    const label = of === undefined ? t(words) : of;
    return [{ label, share: value / 100, text: t("unit-share", { value: Math.round(value) }), level }];
  });
  if (!online) {
    const last = server.lastSeen;
    const when =
      last === null
        ? []
        : [" ", { kind: "time" as const, at: Math.floor(last / 1000), style: "relative" as const }];
    return [heading, text(t(last === null ? "status-never" : "status-offline"), ...when)];
  }
  return [heading, rows.length === 0 ? text(t("overview-nothing")) : { type: "bars", rows }];
}

/** 📡: the rights are those of each drawing, whatever they were when it began. */
const liveDeed: ButtonDeed = async (turn, { page = "1" }) => {
  const { deps } = turn;
  const seen = async (n: number): Promise<readonly SeenServer[]> =>
    n === 0
      ? turn.actor.servers
      : ((await deps.store.people.actor(turn.incoming.account, turn.chatKey))?.servers ?? []);
  await deps.live.run(turn, {
    everyMs: EVERY_MS,
    forMs: FOR_MS,
    again: { kind: "menu", command: "overview", args: [page] },
    draw: async (n) => ({
      draft: await overviewDraft(turn, await seen(n), Number(page), false),
      over: false,
    }),
  });
};

export const overviewDeeds: ReadonlyArray<readonly [string, ButtonDeed]> = [["overview.live", liveDeed]];
