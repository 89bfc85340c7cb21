/** For commands other than readings: which server is meant; where that is open, buttons that do the command for that very one. */
import type { SeenServer } from "../../ports/people.ts";
import { noServers } from "../faults.ts";
import { type Draft, type DraftButton, note, type Turn, text, withoutStore } from "../turn.ts";
import { type Which, which } from "../which.ts";

/** The command to do, its words once the server is known; the server by its id, so that a button never goes astray. */
export interface Again {
  command: string;
  words(serverId: string): string[];
}

/** Buttons shown; beyond it a name is sooner typed. */
const MOST = 20;

/** `words` and a button for each of the servers. */
export function choose(turn: Turn, words: string, servers: readonly SeenServer[], again: Again): Draft {
  const button = (server: SeenServer): DraftButton => ({
    label: `${server.number}. ${server.name}`,
    action: { kind: "menu", command: again.command, args: again.words(server.id) },
    mine: true,
  });
  const more = servers.length > MOST ? [note(turn.t("pick-typing", { command: again.command }))] : [];
  return {
    blocks: [text(words), ...more],
    buttons: servers.slice(0, MOST).map((server) => [button(server)]),
  };
}

/** What was typed names no server or several. */
export function notOne(turn: Turn, found: Which, reference: string, again: Again): Draft {
  const { t } = turn;
  if (found.kind === "several") return choose(turn, t("pick-several", { reference }), found.servers, again);
  const near = found.kind === "none" ? found.near : undefined;
  if (near !== undefined)
    return choose(turn, t("server-unknown-near", { reference, near: near.name }), [near], again);
  return {
    blocks: [text(t("server-unknown", { reference }))],
    buttons: [[{ label: t("servers-button"), action: { kind: "menu", command: "servers", args: [] } }]],
  };
}

/** The server a person means by what they typed: named, or the only one, or that chosen for this chat. Undefined: told. */
export async function meantServer(turn: Turn, typed: string, again: Again): Promise<SeenServer | undefined> {
  const { t, actor } = turn;
  const found = typed === "" ? undefined : which(typed, actor.servers);
  if (found?.kind === "one") return found.server;
  const only = actor.servers.length === 1 ? actor.servers[0] : undefined;
  const usual = found ? undefined : (only ?? actor.servers.find(({ id }) => id === actor.chosen));
  if (usual !== undefined) return usual;
  if (await withoutServers(turn)) return undefined;
  const told = found
    ? notOne(turn, found, typed, again)
    : choose(turn, t("pick-which", { command: again.command }), actor.servers, again);
  await turn.show(turn.degraded ? withoutStore(turn, told) : told);
  return undefined;
}

/** Whether this person has no server, which they are told. What is remembered may be older than one: then that is told. */
export async function withoutServers(turn: Turn): Promise<boolean> {
  if (turn.actor.servers.length > 0) return false;
  const away: Draft = { blocks: [text(turn.t("fault-store-unavailable"))] };
  await turn.show(turn.degraded ? away : noServers(turn));
  return true;
}
