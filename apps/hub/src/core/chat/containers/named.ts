/** Readings of one container by its name: `/top web attic`. Which is meant is found first, then it is asked by its id. */
import type { SeenServer } from "../../ports/people.ts";
import { mayRead } from "../deed.ts";
import { readLive } from "../live-reading.ts";
import type { Typed } from "../parse.ts";
import { pressedReading, type ServerCommand, typedReading } from "../readings.ts";
import type { Turn } from "../turn.ts";
import { meantContainer } from "./meant.ts";
import type { Pick } from "./shown.ts";

/** A reading as typed: of a container where it is about one, of a server else. */
export const typedQuestion = (turn: Turn, command: ServerCommand, typed: Typed): Promise<void> =>
  command.named ? namedReading(turn, command, typed.words) : typedReading(turn, command, typed);

async function namedReading(turn: Turn, command: ServerCommand, words: readonly string[]): Promise<void> {
  const { name, needs } = command;
  const pick =
    (server: SeenServer): Pick =>
    ({ id }, label) => ({
      label,
      action: { kind: "ask", command: name, ask: { container: id }, serverId: server.id },
    });
  const meant = await meantContainer(turn, words, {
    ...{ command: name, as: name, brief: true, pick },
    may: ({ id }) => mayRead(turn, needs, id),
  });
  if (meant === undefined) return;
  const { server, container } = meant;
  const ask = { container: container.id };
  await (command.live && !turn.degraded
    ? readLive(turn, command, server, ask)
    : pressedReading(turn, command, server.id, ask));
}
