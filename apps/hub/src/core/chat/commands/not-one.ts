/** For commands other than readings: which server is meant, as buttons that do the command for that very server. */
import type { SeenServer } from "../../ports/people.ts";
import { type Draft, type DraftButton, note, type Turn, text } from "../turn.ts";
import type { Which } from "../which.ts";

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
