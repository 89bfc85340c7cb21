/** For every command that is about one container: which is meant by `name [server]`, or buttons for those that may be. */
import { ContainerName, containers } from "@servereye/commands/hub";
import type { SeenServer } from "../../ports/people.ts";
import { meantServer, withoutServers } from "../commands/meant-server.ts";
import { type Turn, tell, text } from "../turn.ts";
import type { Seen } from "./again.ts";
import { findContainer } from "./find.ts";
import { type LookFor, looked } from "./look.ts";
import { none, type Pick, several } from "./shown.ts";

export interface Wish extends LookFor {
  /** The command as it is typed. */
  command: string;
  /** Message that says how it is used, where no name was typed. */
  usage?: string;
  /** Words between the name and the server that are the command's own. */
  own?: readonly string[];
  /** Decided before anything is looked at; whoever may not was told so. */
  may(server: SeenServer, reference: string): Promise<SeenServer | undefined>;
  /** Does the same for the one that is chosen. */
  pick(server: SeenServer): Pick;
}

export interface Meant extends Seen {
  server: SeenServer;
}

/** Undefined: the person was told why, or what to choose from. */
export async function meantContainer(
  turn: Turn,
  words: readonly string[],
  wish: Wish,
): Promise<Meant | undefined> {
  const { t } = turn;
  const { command, usage = "container-usage", own = [] } = wish;
  if (await withoutServers(turn)) return undefined;
  const [reference, ...after] = words;
  if (reference === undefined || !ContainerName.safeParse(reference).success) {
    const list = { kind: "menu" as const, command: containers.name, args: after };
    await tell(turn, {
      blocks: [text(t(reference === undefined ? usage : "container-no-name", { command }))],
      buttons: [[{ label: t("containers-all"), action: list }]],
    });
    return undefined;
  }
  const named = await meantServer(turn, after.slice(own.length).join(" "), {
    command,
    words: (serverId) => [reference, ...own, serverId],
  });
  const server = named && (await wish.may(named, reference));
  const all = server && (await looked(turn, server, { beginning: reference }, wish));
  if (server === undefined || all === undefined) return undefined;
  const found = findContainer(reference, all);
  if (found.kind === "one") return { server, container: found.container, all };
  const pick = wish.pick(server);
  await tell(
    turn,
    found.kind === "several"
      ? several(turn, server, reference, found.containers, pick)
      : none(turn, server, reference, found.near, pick),
  );
  return undefined;
}
