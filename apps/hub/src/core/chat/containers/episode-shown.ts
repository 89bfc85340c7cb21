/** A container in trouble as a person is told of it: what, where, since when, its last lines, and what can be done. */
import {
  type ContainerVerb,
  containerActions,
  containers,
  logs,
  shortName,
  type Translate,
  USUAL_LOG_RANGE,
} from "@servereye/commands/hub";
import { type AgentFacts, type Inline, isOriginal } from "@servereye/contract";
import { atLeast } from "../../access/authorize.ts";
import type { DueMessage, KeptEpisode, Watcher } from "../../ports/episodes.ts";
import type { Draft, DraftButton } from "../draft.ts";
import { logAction } from "../logs/read.ts";

/** Of a name in a title, characters: what a phone shows in a line beside the mark. */
const TITLE = 30;

/** Exit codes of 128 and a signal's number, which people know by what happened (signal(7)). */
const SIGNALS: Readonly<Record<number, string>> = {
  132: "illegal",
  134: "aborted",
  135: "bus",
  136: "arithmetic",
  137: "killed",
  139: "crashed",
  141: "pipe",
  143: "terminated",
};
/** Of a shell, or of the engine when it can not start what it was told to (docker run, exit status). */
const PROGRAMS: Readonly<Record<number, string>> = { 125: "engine", 126: "not-run", 127: "not-found" };

/** `137: killed by a signal` in the reader's language. */
export function exitText(t: Translate, code: number): string {
  const word = SIGNALS[code] ?? PROGRAMS[code] ?? (code > 128 && code < 160 ? "signal" : undefined);
  return word === undefined ? String(code) : t("episode-code", { code, word });
}

const marks = { unhealthy: "🤒", died: "🔴", oom: "💥", looping: "🔁" } as const;
const ends = { recovered: "🟢", stopped: "⏹", removed: "🗑" } as const;

export function episodeTitle(t: Translate, { kind, end, container }: KeptEpisode): string {
  const name = shortName(container, TITLE);
  if (end !== undefined) return `${ends[end]} ${t("episode-title-end", { name, end })}`;
  return `${marks[kind]} ${t("episode-title", { name, kind })}`;
}

const moment = (at: number): Inline => ({ kind: "time", at: Math.floor(at / 1_000), style: "full" });

export function episodeDraft(
  t: Translate,
  { serverId, serverName, episode }: Pick<DueMessage, "serverId" | "serverName" | "episode">,
  { role }: Pick<Watcher, "role">,
  facts: AgentFacts | null,
): Draft {
  const { kind, end, exitCode, oom, restarts, lines = [], opened, at, up } = episode;
  const row = (label: string, ...value: Inline[]) => ({ label: t(label), value });
  const rows = [
    row("episode-server", serverName),
    ...(end === undefined ? [] : [row("episode-what", t("episode-was", { kind }))]),
    row("episode-since", moment(opened)),
    ...(end === undefined ? [] : [row("episode-until", moment(at))]),
    ...(exitCode === undefined ? [] : [row("episode-exit", exitText(t, exitCode))]),
    ...(oom ? [row("episode-memory", t("episode-oom"))] : []),
    ...(restarts > 0 ? [row("episode-restarts", String(restarts))] : []),
    ...(end === undefined ? [row("episode-now", t(up ? "episode-up" : "episode-down"))] : []),
    row("episode-image", { kind: "code", text: shortName(episode.image, TITLE) }),
  ];
  const said: Draft["blocks"] =
    end === undefined && lines.length > 0
      ? [
          { type: "heading", text: t("episode-lines") },
          { type: "code", text: lines.join("\n") },
        ]
      : [];
  return {
    title: episodeTitle(t, episode),
    blocks: [{ type: "facts", rows }, ...said],
    buttons: buttonsOf(t, serverId, episode, role, facts),
  };
}

function buttonsOf(
  t: Translate,
  serverId: string,
  { id, container: name, end, up, kind }: KeptEpisode,
  role: Watcher["role"],
  facts: AgentFacts | null,
): DraftButton[][] {
  const gone = end === "removed";
  const allows = (verb: ContainerVerb): boolean =>
    atLeast(role, "operator") &&
    (facts === null || isOriginal(facts) || facts.allow.includes(containerActions[verb].policy ?? ""));
  const verb: ContainerVerb = up || kind === "looping" ? "restart" : "start";
  const act = (label: string): DraftButton => ({
    label,
    action: { kind: "do", what: "container.pick", values: { verb, id, serverId }, fresh: true },
    once: verb === "start",
  });
  const readable = facts === null || facts.allow.includes(logs.policy ?? "");
  const first: DraftButton[] = gone
    ? []
    : [
        {
          label: t("episode-card"),
          action: {
            kind: "ask",
            command: containers.name,
            ask: { container: id },
            serverId,
            fresh: true as const,
          },
        },
        ...(readable
          ? [
              {
                label: t("episode-logs"),
                action: {
                  ...logAction("show", { server: { id: serverId }, id, name }, USUAL_LOG_RANGE, true),
                  fresh: true as const,
                },
              },
            ]
          : []),
      ];
  const deed = gone || end !== undefined || !allows(verb) ? [] : [act(t(`containers-${verb}`))];
  const off: DraftButton = {
    label: t("episode-off"),
    action: { kind: "do", what: "watch.off", values: { serverId }, fresh: true },
  };
  return [first, deed, [off]].filter((buttons) => buttons.length > 0);
}
