/** Readings of one container by its name: `/top web attic`. Which is meant is found first, then it is asked by its id. */
import { type Container, ContainerName, containers } from "@servereye/commands/hub";
import { Fault } from "@servereye/contract";
import { authorize, verbFor } from "../../access/authorize.ts";
import type { SeenServer } from "../../ports/people.ts";
import { choose, notOne } from "../commands/not-one.ts";
import { faultDraft, noServers, refusal } from "../faults.ts";
import { readLive } from "../live-reading.ts";
import type { Typed } from "../parse.ts";
import { pressedReading, type ServerCommand, typedReading } from "../readings.ts";
import { type Draft, type DraftButton, type Turn, text, withoutStore } from "../turn.ts";
import { which } from "../which.ts";
import { findContainer } from "./find.ts";
import { look } from "./look.ts";
import { none, several } from "./shown.ts";

/** A reading as typed: of a container where it is about one, of a server else. */
export const typedQuestion = (turn: Turn, command: ServerCommand, typed: Typed): Promise<void> =>
  command.named ? namedReading(turn, command, typed.words) : typedReading(turn, command, typed);

async function namedReading(turn: Turn, command: ServerCommand, words: readonly string[]): Promise<void> {
  const { t, actor } = turn;
  const show = (draft: Draft) => turn.show(turn.degraded ? withoutStore(turn, draft) : draft);
  if (actor.servers.length === 0)
    return turn.degraded ? show({ blocks: [text(t("fault-store-unavailable"))] }) : show(noServers(turn));
  const [reference, ...rest] = words;
  if (reference === undefined || !ContainerName.safeParse(reference).success) {
    const list = { kind: "menu" as const, command: containers.name, args: rest };
    const id = reference === undefined ? "container-usage" : "container-no-name";
    return show({
      blocks: [text(t(id, { command: command.name }))],
      buttons: [[{ label: t("containers-all"), action: list }]],
    });
  }
  const again = { command: command.name, words: (serverId: string) => [reference, serverId] };
  const typed = rest.join(" ");
  const found = typed === "" ? undefined : which(typed, actor.servers);
  if (found !== undefined && found.kind !== "one") return show(notOne(turn, found, typed, again));
  const only = actor.servers.length === 1 ? actor.servers[0] : undefined;
  const server = found?.server ?? only ?? actor.servers.find(({ id }) => id === actor.chosen);
  if (server === undefined)
    return show(choose(turn, t("pick-which", { command: command.name }), actor.servers, again));
  const decision = authorize(actor, verbFor(command.needs), { serverId: server.id });
  if (!decision.allowed) return show({ blocks: [text(refusal(turn, decision))] });
  const meant = await meantBy(turn, command, server, reference);
  if (typeof meant !== "string") return show(meant);
  const ask = { container: meant };
  await (command.live && !turn.degraded
    ? readLive(turn, command, server, ask)
    : pressedReading(turn, command, server.id, ask));
}

/** The id of the container, or what to show instead. */
async function meantBy(
  turn: Turn,
  command: ServerCommand,
  server: SeenServer,
  reference: string,
): Promise<string | Draft> {
  let all: Container[];
  try {
    all = await look(turn, server, { brief: true }, { beginning: reference });
  } catch (error) {
    return faultDraft(turn, Fault.of(error), { server: server.name, command: command.name });
  }
  const meant = findContainer(reference, all);
  if (meant.kind === "one") return meant.container.id;
  const pick = ({ id }: Container, label: string): DraftButton => ({
    label,
    action: { kind: "ask", command: command.name, ask: { container: id }, serverId: server.id },
  });
  return meant.kind === "several"
    ? several(turn, server, reference, meant.containers, pick)
    : none(turn, server, reference, meant.near, pick);
}
