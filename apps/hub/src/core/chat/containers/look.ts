/** Looks at a server's containers now, whatever others were told a moment ago: what is decided by it has to be so. */
import { type Container, ContainerId, containers } from "@servereye/commands/hub";
import { type AnswerOf, type AskOf, Fault } from "@servereye/contract";
import type { SeenServer } from "../../ports/people.ts";
import { faultDraft } from "../faults.ts";
import { patiently } from "../patience.ts";
import { type Turn, tell } from "../turn.ts";

/** How long the list is waited for, ms. Told with the question, so that it is shared with nobody's earlier one. */
const LOOK_MS = 5_000;

/** Which one it is about: of more than an agent tells at once, it has to be among them. */
export type Sought = { beginning: string } | { id: string };

/** Containers, and how many there are besides that were not told. */
export type Listed = Pick<AnswerOf<typeof containers>, "containers" | "left">;

/** Rejects with a Fault, as every question. `brief`: names and states are enough, and sooner there. */
export async function look(
  turn: Turn,
  server: SeenServer,
  how: { brief?: true } = {},
  sought?: Sought,
): Promise<Container[]> {
  const told = await list(turn, server, how);
  if (told.left === 0 || sought === undefined) return told.containers;
  // Who was left out could be the one that is meant, and the only one told could be another.
  const byId = new Map(told.containers.map((one) => [one.id, one]));
  for (const filter of filtersOf(sought))
    for (const one of (await list(turn, server, { ...how, ...filter })).containers) byId.set(one.id, one);
  return [...byId.values()];
}

async function list(turn: Turn, server: SeenServer, ask: AskOf<typeof containers>) {
  const { answer } = await turn.deps.fleet.ask({
    server: { id: server.id },
    command: containers,
    ask,
    deadlineMs: LOOK_MS,
  });
  return answer as AnswerOf<typeof containers>;
}

function filtersOf(sought: Sought): Array<AskOf<typeof containers>> {
  const container = "id" in sought ? sought.id : sought.beginning;
  const byId = ContainerId.safeParse(container).success ? [{ container }] : [];
  return "id" in sought ? byId : [{ beginning: sought.beginning }, ...byId];
}

export interface LookFor {
  /** Names and states are enough, and sooner there. */
  brief?: true;
  /** The command it is done for, as the person knows it. */
  as?: string;
}

/** The containers there are, or undefined when the person was told why that can not be known. Nothing has been done. */
export async function looked(
  turn: Turn,
  server: SeenServer,
  sought?: Sought,
  { as = containers.name, brief }: LookFor = {},
): Promise<Container[] | undefined> {
  const asked = { server: server.name, command: as };
  return orTold(turn, asked, () => look(turn, server, brief ? { brief } : {}, sought));
}

async function orTold<T>(
  turn: Turn,
  asked: { server: string; command: string },
  looking: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await patiently(turn.deps.clock, turn, asked, looking);
  } catch (error) {
    const fault = Fault.of(error);
    if (fault.code === "INTERNAL") turn.deps.log.error("chat.look_failed", { error: fault.cause ?? fault });
    await tell(turn, faultDraft(turn, fault, asked));
    return undefined;
  }
}

/** The same of one Compose project alone, or of all; `left`: more that were not told, so that nothing is whole. */
export async function lookedAt(
  turn: Turn,
  server: SeenServer,
  of: Pick<AskOf<typeof containers>, "project" | "brief">,
): Promise<Listed | undefined> {
  const asked = { server: server.name, command: containers.name };
  return orTold(turn, asked, () => list(turn, server, of));
}

/** What is known of one container after something was done to it, or perhaps was. */
export type Afterwards = Container | "gone" | "unread";

export async function lookAgain(turn: Turn, server: SeenServer, id: string): Promise<Afterwards> {
  const all = await lookAround(turn, server, { id });
  return all === undefined ? "unread" : (all.find((one) => one.id === id) ?? "gone");
}

/** All there are, or undefined where that can not be known now. */
export async function lookAround(
  turn: Turn,
  server: SeenServer,
  sought?: Sought,
): Promise<Container[] | undefined> {
  try {
    return await look(turn, server, {}, sought);
  } catch (error) {
    // The person is told that the state is not known, which is all there is to know.
    turn.deps.log.info("container.unread", { serverId: server.id, error: String(error) });
    return undefined;
  }
}
