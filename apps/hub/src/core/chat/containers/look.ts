/** Looks at a server's containers now, whatever others were told a moment ago: what is decided by it has to be so. */
import { type Container, containers } from "@servereye/commands/hub";
import { type AnswerOf, Fault } from "@servereye/contract";
import type { SeenServer } from "../../ports/people.ts";
import { faultDraft } from "../faults.ts";
import { note, type Turn } from "../turn.ts";

/** The person is told what is happening when it takes longer than this, ms. */
const PATIENCE_MS = 1_000;
/** How long the list is waited for, ms. Told with the question, so that it is shared with nobody's earlier one. */
const LOOK_MS = 5_000;

/** Rejects with a Fault, as every question. `brief`: names and states are enough, and sooner there. */
export async function look(turn: Turn, server: SeenServer, how: { brief?: true } = {}): Promise<Container[]> {
  const { answer } = await turn.deps.fleet.ask({
    server: { id: server.id },
    command: containers,
    ask: how,
    deadlineMs: LOOK_MS,
  });
  return (answer as AnswerOf<typeof containers>).containers;
}

/** The containers there are, or undefined when the person was told why that can not be known. Nothing has been done. */
export async function looked(turn: Turn, server: SeenServer): Promise<Container[] | undefined> {
  const { deps, t } = turn;
  const calm = deps.clock.after(PATIENCE_MS, () => {
    const asking = t("asking-still", { server: server.name, command: containers.name });
    if (turn.incoming.did.kind === "wrote") turn.meanwhile({ blocks: [note(asking)] });
  });
  try {
    return await look(turn, server);
  } catch (error) {
    const told = faultDraft(turn, Fault.of(error), { server: server.name, command: containers.name });
    await turn.show(told);
    return undefined;
  } finally {
    calm();
  }
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
