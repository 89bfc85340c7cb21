/** A reading that goes on for a minute: the same message, read again every few seconds. */
import { Fault } from "@servereye/contract";
import type { SeenServer } from "../ports/people.ts";
import { chartButton } from "./charts/wish.ts";
import type { ButtonDeed } from "./commands/command.ts";
import { mayRead } from "./deed.ts";
import { faultDraft } from "./faults.ts";
import { type ServerCommand, serverCommands } from "./readings.ts";
import { type Turn, updatedNote } from "./turn.ts";

const EVERY_MS = 3_000;
const FOR_MS = 60_000;

/** Ends early when the container does. The right was decided by who calls it. */
export async function readLive(
  turn: Turn,
  command: ServerCommand,
  server: SeenServer,
  ask: Record<string, unknown>,
): Promise<void> {
  const { deps } = turn;
  const started = deps.clock.monotonic();
  let outcome = "ok";
  try {
    await deps.live.run(turn, {
      everyMs: EVERY_MS,
      forMs: FOR_MS,
      again: { kind: "ask", command: command.name, ask, serverId: server.id },
      reads: server.id,
      of: { server: server.name, command: command.name },
      draw: async () => {
        const { still, of, ...draft } = await command.draft(turn, server, ask);
        const chart = chartButton(command, server.id, ask, of);
        const buttons = [...(draft.buttons ?? []), ...(chart ? [[chart]] : [])];
        const blocks = [...draft.blocks, updatedNote(turn)];
        return { draft: { ...draft, blocks, buttons }, over: still === true };
      },
    });
  } catch (error) {
    const fault = Fault.of(error);
    outcome = fault.code;
    await turn.show(faultDraft(turn, fault, { server: server.name, command: command.name }));
  } finally {
    deps.metrics.command(command.name, outcome, deps.clock.monotonic() - started);
  }
}

/** ▶ Live under a reading. */
export const liveReadingDeed: ButtonDeed = async (
  turn,
  { serverId = "", command: name = "", ask = "{}" },
) => {
  const command = serverCommands(turn.deps.readings).get(name);
  if (command === undefined) throw new Fault("INTERNAL", "a stored button names no reading");
  const server = await mayRead(turn, command.needs, serverId);
  if (server !== undefined) await readLive(turn, command, server, JSON.parse(ask));
};
