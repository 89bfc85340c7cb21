/** Looks at a server's containers now, whatever others were told a moment ago: what is decided by it has to be so. */
import { type Container, containers } from "@servereye/commands/hub";
import type { AnswerOf } from "@servereye/contract";
import type { SeenServer } from "../../ports/people.ts";
import type { Turn } from "../turn.ts";

/** How long the list is waited for, ms. Told with the question, so that it is shared with nobody's earlier one. */
const LOOK_MS = 5_000;

/** Rejects with a Fault, as every question. */
export async function look(turn: Turn, server: SeenServer): Promise<Container[]> {
  const { answer } = await turn.deps.fleet.ask({
    server: { id: server.id },
    command: containers,
    ask: {},
    deadlineMs: LOOK_MS,
  });
  return (answer as AnswerOf<typeof containers>).containers;
}

/** What is known of one container after something was done to it, or perhaps was. */
export type Afterwards = Container | "gone" | "unread";

export async function lookAgain(turn: Turn, server: SeenServer, id: string): Promise<Afterwards> {
  const all = await lookAround(turn, server);
  return all === undefined ? "unread" : (all.find((one) => one.id === id) ?? "gone");
}

/** All there are, or undefined where that can not be known now. */
export async function lookAround(turn: Turn, server: SeenServer): Promise<Container[] | undefined> {
  try {
    return await look(turn, server);
  } catch (error) {
    // The person is told that the state is not known, which is all there is to know.
    turn.deps.log.info("container.unread", { serverId: server.id, error: String(error) });
    return undefined;
  }
}
