/** /logs <name> [lines|since] [server], and its buttons: the end of a log in the message, the rest as a file. */
import { type LogRange, logFile, logRange, logs, logView, USUAL_LOG_RANGE } from "@servereye/commands/hub";
import { Fault } from "@servereye/contract";
import type { SeenServer } from "../../ports/people.ts";
import type { ButtonDeed, ChatCommand } from "../commands/command.ts";
import { meantContainer } from "../containers/meant.ts";
import { mayRead } from "../deed.ts";
import { faultDraft } from "../faults.ts";
import { patiently } from "../patience.ts";
import { type Draft, showAnyway, type Turn } from "../turn.ts";
import { followDeed } from "./follow.ts";
import { fromValues, logAction, logDraft, type Place, readLog } from "./read.ts";

export const logsCommand: ChatCommand = {
  name: logs.name,
  menu: "all",
  async run(turn, { words }) {
    const told = words[1] === undefined ? undefined : logRange(words[1]);
    const range = told ?? USUAL_LOG_RANGE;
    const meant = await meantContainer(turn, words, {
      ...{ command: logs.name, as: logs.name, brief: true, usage: "logs-usage" },
      own: told === undefined ? [] : words.slice(1, 2),
      may: ({ id }) => mayRead(turn, logs.needs, id),
      pick:
        (server) =>
        ({ id, name }, label) => ({ label, action: logAction("show", { server, id, name }, range, true) }),
    });
    if (meant === undefined) return;
    const { server, container } = meant;
    const asked = { server: server.name, command: logs.name };
    const place = { server, id: container.id, name: container.name };
    await patiently(turn.deps.clock, turn, asked, () => show(turn, place, range, { file: true }));
  },
};

function failure(turn: Turn, server: SeenServer, error: unknown): Draft {
  const fault = Fault.of(error);
  if (fault.code === "INTERNAL") turn.deps.log.error("chat.logs_failed", { error: fault.cause ?? fault });
  return faultDraft(turn, fault, { server: server.name, command: logs.name });
}

async function show(turn: Turn, place: Place, range: LogRange, { file }: { file: boolean }): Promise<void> {
  const { t, deps } = turn;
  const { server } = place;
  try {
    const log = await readLog(turn, place, range);
    const draft = logDraft(turn, place, log, range);
    await showAnyway(turn, draft);
    const now = deps.clock.now();
    const more = logView(log, { t, server: server.name, now, range }).more > 0;
    if (file && more) await send(turn, place, range, log);
  } catch (error) {
    await turn.show({
      ...failure(turn, server, error),
      buttons: [[{ label: t("refresh"), action: logAction("show", place, range) }]],
    });
  }
}

async function send(
  turn: Turn,
  { server }: Place,
  range: LogRange,
  log: Awaited<ReturnType<typeof readLog>>,
): Promise<void> {
  const { t, deps, port, incoming } = turn;
  const made = logFile(log, { t, server: server.name, now: deps.clock.now(), range });
  await port.sendFile(incoming.chat, { ...made, mediaType: "text/plain" });
}

const showDeed: ButtonDeed = async (turn, values) => {
  const { place, range } = fromValues(turn, values);
  await show(turn, place, range, { file: values.file === "yes" });
};

/** The file alone: the message stays as it is, unless there is nothing to send or something went wrong. */
const fileDeed: ButtonDeed = async (turn, values) => {
  const { place, range } = fromValues(turn, values);
  try {
    const log = await readLog(turn, place, range);
    if (log.lines.length === 0) await turn.show(logDraft(turn, place, log, range));
    else await send(turn, place, range, log);
  } catch (error) {
    await turn.show({
      ...failure(turn, place.server, error),
      buttons: [[{ label: turn.t("refresh"), action: logAction("show", place, range) }]],
    });
  }
};

export const logsDeeds: ReadonlyArray<readonly [string, ButtonDeed]> = [
  ["logs.show", showDeed],
  ["logs.file", fileDeed],
  ["logs.follow", followDeed],
];
