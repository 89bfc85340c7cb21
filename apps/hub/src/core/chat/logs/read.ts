/** A container's log, asked of its agent and drawn with the ways on from it. */
import {
  containers,
  type Log,
  type LogRange,
  logOf,
  logRange,
  logs,
  logView,
  rangeWord,
  USUAL_LOG_RANGE,
} from "@servereye/commands/hub";
import { type AnswerOf, type AskOf, Fault } from "@servereye/contract";
import type { ButtonAction } from "../../ports/buttons.ts";
import type { SeenServer } from "../../ports/people.ts";
import { type Draft, type DraftButton, type Turn, updatedNote } from "../turn.ts";

/** Whose log. The name is as it was when its button was made; the agent tells it anew. */
export interface Place {
  server: SeenServer;
  id: string;
  name: string;
}

const HUNDRED: LogRange = { lines: 100 };
const THOUSAND: LogRange = { lines: 1_000 };
const HOUR: LogRange = { sinceSeconds: 3_600 };

/** Rejects with a Fault, as every question. */
export async function readLog(
  turn: Turn,
  { server, id }: Place,
  ask: Omit<AskOf<typeof logs>, "id">,
): Promise<Log> {
  const { answer } = await turn.deps.fleet.ask({
    server: { id: server.id },
    command: logs,
    ask: { id, ...ask },
  });
  return logOf(answer as AnswerOf<typeof logs>);
}

/** What a button of a log does. `file`: what does not fit the message comes as a file, too. */
export const logAction = (
  what: "show" | "file" | "follow",
  { server, id, name }: Pick<Place, "id" | "name"> & { server: { id: string } },
  range: LogRange,
  file = false,
): ButtonAction => ({
  kind: "do",
  what: `logs.${what}`,
  values: { serverId: server.id, id, name, range: rangeWord(range), ...(file ? { file: "yes" } : {}) },
});

/** The place and range that a button names; the right to read there was decided before. */
export function fromValues(
  turn: Turn,
  { serverId, id = "", name = "", range = "" }: Record<string, string>,
): { place: Place; range: LogRange } {
  const server = turn.actor.servers.find((one) => one.id === serverId);
  if (server === undefined) throw new Fault("SERVER_UNKNOWN", "the button's server is none of theirs");
  return { place: { server, id, name }, range: logRange(range) ?? USUAL_LOG_RANGE };
}

export function logDraft(turn: Turn, place: Place, log: Log, range: LogRange): Draft {
  const { t, deps } = turn;
  const now = deps.clock.now();
  const { title, blocks } = logView(log, { t, server: place.server.name, now, range });
  return { title, blocks: [...blocks, updatedNote(turn)], buttons: logButtons(turn, place, range) };
}

export function logButtons({ t }: Turn, place: Place, range: LogRange): DraftButton[][] {
  const show = (label: string, of: LogRange, file = true): DraftButton => ({
    label,
    action: logAction("show", place, of, file),
  });
  const card = { container: place.id };
  return [
    [
      show(t("refresh"), range, false),
      { label: t("logs-follow"), action: logAction("follow", place, range) },
    ],
    [show(t("logs-hundred"), HUNDRED), show(t("logs-thousand"), THOUSAND), show(t("logs-hour"), HOUR)],
    [
      { label: t("logs-file"), action: logAction("file", place, range) },
      {
        label: t("logs-card"),
        action: { kind: "ask", command: containers.name, ask: card, serverId: place.server.id },
      },
    ],
  ];
}
