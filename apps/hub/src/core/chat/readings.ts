/** Questions to one server: find which, check the right, ask, show, with Refresh. */
import type { Reading, ReplyButton } from "@servereye/commands/hub";
import { Fault, type Measure, type Role } from "@servereye/contract";
import { authorize, verbFor } from "../access/authorize.ts";
import type { SeenServer } from "../ports/people.ts";
import { chartButton } from "./charts/wish.ts";
import { faultDraft, noServers, refusal } from "./faults.ts";
import { offers } from "./offered.ts";
import type { Typed } from "./parse.ts";
import { patiently } from "./patience.ts";
import { pick } from "./pick.ts";
import { statusDraft } from "./status.ts";
import { type Draft, type DraftButton, showAnyway, type Turn, updatedNote, withoutStore } from "./turn.ts";
import { which } from "./which.ts";

/** `still`: there is nothing in it that goes on. */
export interface ReadingDraft extends Draft {
  still?: true;
  /** Which thing of the server it is about. */
  of?: string;
}

/** What can be asked about one server: an agent's reading, or what the hub itself knows. */
export interface ServerCommand {
  name: string;
  needs: Role;
  words?: Reading["words"];
  /** It is about one container, whose name is typed first. */
  named?: true;
  /** It can go on for a minute. */
  live?: true;
  /** What of it is measured over time. */
  measures: readonly Measure[];
  draft(turn: Turn, server: SeenServer, ask: Record<string, unknown>): Promise<ReadingDraft>;
}

/** "Typing" is for who waits: most answers are there sooner than this, ms, and would only cost another call. */
const TYPING_MS = 150;

export function serverCommands(readings: readonly Reading[]): Map<string, ServerCommand> {
  const commands: ServerCommand[] = [
    ...readings.map((reading) => ({
      name: reading.command.name,
      needs: reading.command.needs,
      measures: reading.measures,
      ...(reading.words ? { words: reading.words } : {}),
      ...(reading.named ? { named: reading.named } : {}),
      ...(reading.live ? { live: reading.live } : {}),
      draft: (turn: Turn, server: SeenServer, ask: Record<string, unknown>) =>
        askAgent(turn, reading, server, ask),
    })),
    { name: "status", needs: "viewer", measures: [], draft: statusDraft },
  ];
  return new Map(commands.map((command) => [command.name, command]));
}

/** `/memory`, `/memory web-1`, `/processes memory 2`: as typed. */
export async function typedReading(turn: Turn, command: ServerCommand, typed: Typed): Promise<void> {
  const { servers, chosen } = turn.actor;
  const namesServer = (words: string) => which(words, servers).kind !== "none";
  const { ask, rest } = command.words?.(typed.words, namesServer) ?? { ask: {}, rest: typed.words };
  const { t } = turn;
  const show = (draft: Draft) => turn.show(turn.degraded ? withoutStore(turn, draft) : draft);
  // What is remembered may be older than a server: that there is none can not be said without the store.
  const unsaid = () => turn.show({ blocks: [{ type: "text", text: [t("fault-store-unavailable")] }] });
  if (servers.length === 0) return turn.degraded ? unsaid() : show(noServers(turn));
  const reference = rest.join(" ");
  if (reference !== "") {
    const found = which(reference, servers);
    if (found.kind === "none" && turn.degraded) return unsaid();
    if (found.kind === "one") return showReading(turn, command, found.server, ask);
    if (found.kind === "several") return show(pick(turn, { command: command.name, ask, reference }));
    const near = found.near;
    return show({
      blocks: [
        {
          type: "text",
          text: [
            near
              ? t("server-unknown-near", { reference, near: near.name })
              : t("server-unknown", { reference }),
          ],
        },
      ],
      buttons: near
        ? [[{ label: near.name, action: { kind: "ask", command: command.name, ask, serverId: near.id } }]]
        : [[{ label: t("servers-button"), action: { kind: "menu", command: "servers", args: [] } }]],
    });
  }
  const only = servers.length === 1 ? servers[0] : servers.find((server) => server.id === chosen);
  if (only) return showReading(turn, command, only, ask);
  return show(pick(turn, { command: command.name, ask, reference: "" }));
}

/** A pressed button: it names its server by id, and the right is decided again now. */
export async function pressedReading(
  turn: Turn,
  command: ServerCommand,
  serverId: string,
  ask: Record<string, unknown>,
): Promise<void> {
  const decision = authorize(turn.actor, verbFor(command.needs), { serverId });
  if (!decision.allowed || decision.server === undefined) return turn.notice(refusal(turn, decision), true);
  await turn.notice(turn.t("asking", { server: decision.server.name }));
  await showReading(turn, command, decision.server, ask);
}

async function showReading(
  turn: Turn,
  command: ServerCommand,
  server: SeenServer,
  ask: Record<string, unknown>,
): Promise<void> {
  const { t, deps } = turn;
  const decision = authorize(turn.actor, verbFor(command.needs), { serverId: server.id });
  if (!decision.allowed) return turn.show({ blocks: [{ type: "text", text: [refusal(turn, decision)] }] });
  const refresh: DraftButton = {
    label: t("refresh"),
    action: { kind: "ask", command: command.name, ask, serverId: server.id },
  };
  const values = { command: command.name, ask: JSON.stringify(ask), serverId: server.id };
  const live: DraftButton = {
    label: t("live-start"),
    action: { kind: "do", what: "reading.live", values },
    mine: true,
  };
  const silent = deps.clock.after(TYPING_MS, () => turn.port.typing(turn.incoming.chat));
  const asked = { server: server.name, command: command.name };
  const started = deps.clock.monotonic();
  let outcome = "ok";
  let draft: ReadingDraft;
  try {
    draft = await patiently(deps.clock, turn, asked, () => command.draft(turn, server, ask));
  } catch (error) {
    const fault = Fault.of(error);
    outcome = fault.code;
    if (fault.code === "INTERNAL")
      deps.log.error("chat.reading_failed", {
        command: command.name,
        serverId: server.id,
        error: fault.cause ?? fault,
      });
    else if (fault.code === "AGENT_FAILED" || fault.code === "ANSWER_INVALID")
      deps.log.warn("chat.agent_failed", {
        command: command.name,
        serverId: server.id,
        code: fault.code,
        reason: fault.message,
        ...(fault.cause === undefined ? {} : { cause: String(fault.cause) }),
      });
    draft = faultDraft(turn, fault, asked);
  } finally {
    silent();
  }
  const { still, of, ...shown } = draft;
  const chart = chartButton(command, server.id, ask, of);
  const row = [refresh, ...(command.live && still !== true ? [live] : []), ...(chart ? [chart] : [])];
  const whole: Draft = {
    ...shown,
    blocks: [...draft.blocks, updatedNote(turn)],
    buttons: [...(draft.buttons ?? []), row],
  };
  try {
    if (turn.degraded) await turn.show(withoutStore(turn, whole));
    else await showAnyway(turn, whole);
  } catch (error) {
    outcome = Fault.of(error).code;
    throw error;
  } finally {
    deps.metrics.command(command.name, outcome, deps.clock.monotonic() - started);
  }
}

async function askAgent(
  turn: Turn,
  reading: Reading,
  server: SeenServer,
  ask: Record<string, unknown>,
): Promise<ReadingDraft> {
  const { deps, t, language } = turn;
  const { answer, tookMs } = await deps.fleet.ask({
    server: { id: server.id },
    command: reading.command,
    ask,
  });
  const view = reading.reply(
    answer,
    { t, language, server: { id: server.id, name: server.name }, now: deps.clock.now(), tookMs },
    ask,
  );
  return {
    title: view.title,
    blocks: view.blocks,
    buttons: await draftButtons(turn, server, view.buttons ?? []),
    ...(view.still ? { still: view.still } : {}),
    ...(view.of === undefined ? {} : { of: view.of }),
  };
}

/** A reply's buttons, those that its reader and the agent's policy may have. */
export async function draftButtons(
  turn: Turn,
  server: SeenServer,
  rows: readonly ReplyButton[][],
): Promise<DraftButton[][]> {
  // Most replies have none that depends on it, and cost no look at it.
  const agent = rows.some((row) => row.some(({ takes }) => takes !== undefined))
    ? await offers(turn, server.id)
    : undefined;
  const offered = ({ takes }: ReplyButton) =>
    takes === undefined || agent === undefined || agent.of(takes) === "yes";
  return rows
    .map((row) => row.filter(offered).flatMap((button) => draftButton(turn, server, button)))
    .filter((row) => row.length > 0);
}

/** A reply's button, for whom it may be shown. Whoever presses it is judged again. */
export function draftButton(turn: Turn, server: SeenServer, button: ReplyButton): DraftButton[] {
  const { label } = button;
  if ("command" in button)
    return [
      {
        label,
        action: { kind: "ask", command: button.command, ask: button.ask ?? {}, serverId: server.id },
      },
    ];
  if (!authorize(turn.actor, verbFor(button.needs), { serverId: server.id }).allowed) return [];
  return [
    {
      label,
      action: { kind: "do", what: button.deed, values: { ...button.values, serverId: server.id } },
      mine: true,
      once: button.once ?? false,
    },
  ];
}
