/** /logs <name> [lines|since] [server], and its buttons: the end of a log in the message, the rest as a file. */
import {
  ContainerName,
  containers,
  type LogRange,
  logFile,
  logRange,
  logs,
  logView,
  USUAL_LOG_RANGE,
} from "@servereye/commands/hub";
import { Fault } from "@servereye/contract";
import { authorize, verbFor } from "../../access/authorize.ts";
import type { SeenServer } from "../../ports/people.ts";
import type { ButtonDeed, ChatCommand } from "../commands/command.ts";
import { findContainer } from "../containers/find.ts";
import { look } from "../containers/look.ts";
import { none, several } from "../containers/shown.ts";
import { faultDraft, refusal } from "../faults.ts";
import { meantServer } from "../images/meant.ts";
import { type Draft, note, showAnyway, type Turn, text } from "../turn.ts";
import { followDeed } from "./follow.ts";
import { fromValues, logAction, logDraft, type Place, readLog } from "./read.ts";

/** The person is told what is happening when it takes longer than this, ms. */
const PATIENCE_MS = 1_000;

export const logsCommand: ChatCommand = {
  name: logs.name,
  menu: "all",
  async run(turn, { words }) {
    const { t, deps } = turn;
    const [reference, ...rest] = words;
    if (reference === undefined || !ContainerName.safeParse(reference).success)
      return turn.show({
        blocks: [
          text(reference === undefined ? t("logs-usage") : t("container-no-name", { command: logs.name })),
        ],
        buttons: [
          [{ label: t("containers-all"), action: { kind: "menu", command: containers.name, args: rest } }],
        ],
      });
    const told = rest[0] === undefined ? undefined : logRange(rest[0]);
    const range = told ?? USUAL_LOG_RANGE;
    const amount = told === undefined ? [] : rest.slice(0, 1);
    const server = await meantServer(turn, rest.slice(amount.length).join(" "), {
      command: logs.name,
      words: (serverId) => [reference, ...amount, serverId],
    });
    if (server === undefined) return;
    const decision = authorize(turn.actor, verbFor(logs.needs), { serverId: server.id });
    if (!decision.allowed) return turn.show({ blocks: [text(refusal(turn, decision))] });
    const calm = deps.clock.after(PATIENCE_MS, () =>
      turn.meanwhile({ blocks: [note(t("asking-still", { server: server.name, command: logs.name }))] }),
    );
    try {
      const meant = await meantBy(turn, server, reference, range);
      if ("blocks" in meant) return await turn.show(meant);
      await show(turn, meant, range, { file: true });
    } finally {
      calm();
    }
  },
};

/** The container, or what to show instead. */
async function meantBy(
  turn: Turn,
  server: SeenServer,
  reference: string,
  range: LogRange,
): Promise<Place | Draft> {
  try {
    const found = findContainer(
      reference,
      await look(turn, server, { brief: true }, { beginning: reference }),
    );
    if (found.kind === "one") return { server, id: found.container.id, name: found.container.name };
    const pick = ({ id, name }: { id: string; name: string }, label: string) => ({
      label,
      action: logAction("show", { server, id, name }, range, true),
    });
    return found.kind === "several"
      ? several(turn, server, reference, found.containers, pick)
      : none(turn, server, reference, found.near, pick);
  } catch (error) {
    return failure(turn, server, error);
  }
}

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
