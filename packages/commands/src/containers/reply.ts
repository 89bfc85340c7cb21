/** containers in the chat: a page of them by Compose project, or the card of one. */
import type { AnswerOf, AskOf, View } from "@servereye/contract";
import { ContainerName } from "../docker/grammar.ts";
import { type ReplyButton, type ReplyContext, type ReplyView, reading, type Translate } from "../kit.ts";
import { ageText, shortAgeText } from "../shown/ages.ts";
import { columnsOf, fitName, plainName } from "../shown/names.ts";
import {
  type Container,
  type ContainerPort,
  type ContainerState,
  type ContainerVerb,
  containers,
  ORIGINAL_VERBS,
  verbsFor,
} from "./contract.ts";
import { messages } from "./messages.ts";

/** A phone's columns, those between two of a table, of a dot and the space after it, and of states and ports at most. */
const PHONE = 35;
const GAP = 2;
const DOT = 3;
const RIGHT = 12;
const PAGE = 12;
/** Two buttons a row when all names of the page are this short. */
const SHORT_LABEL = 13;

type Blocks = View["blocks"];

export const containersReading = reading(
  containers,
  (answer, context, ask) =>
    ask.container === undefined ? listView(answer, context, ask) : cardView(answer, context, ask.container),
  messages,
  {
    menu: "none",
    words: (typed, namesServer) => {
      const [first, ...rest] = typed;
      const beginning = ContainerName.safeParse(first);
      if (!beginning.success || namesServer?.(typed.join(" ")) === true) return { ask: {}, rest: typed };
      return { ask: { beginning: beginning.data }, rest };
    },
  },
);

/** Those whose names begin so, whatever the case. */
export const beginningWith = (beginning: string, among: readonly Container[]): Container[] =>
  among.filter(({ name }) => name.toLowerCase().startsWith(beginning.toLowerCase()));

/** ⚪ is what stands still as it should: made and never started, or ended well. */
export function containerDot({ state, health, exitCode, oomKilled }: Container): "🟢" | "🟡" | "🔴" | "⚪" {
  if (state === "running") return health === "unhealthy" ? "🔴" : health === "starting" ? "🟡" : "🟢";
  if (state === "exited") return oomKilled === true || (exitCode ?? 0) !== 0 ? "🔴" : "⚪";
  if (state === "created") return "⚪";
  return state === "dead" ? "🔴" : "🟡";
}

/** `🟢 up 3 h, healthy`: the state and what is known beside it. */
export function containerStateText(t: Translate, container: Container): string {
  const { state, age, health, oomKilled } = container;
  const words = [
    age === undefined ? t(`containers-${state}`) : `${t(`containers-${state}`)} ${ageText(t, age)}`,
  ];
  if (health !== undefined && state === "running") words.push(t(`containers-${health}`));
  if (oomKilled === true) words.push(t("containers-oom"));
  return `${containerDot(container)} ${words.join(", ")}`;
}

/** The state alone, in words. */
export const containerStateWord = (t: Translate, state: ContainerState): string => t(`containers-${state}`);

/** The button that opens a container's card. */
export const cardButton = ({ id, name }: Pick<Container, "id" | "name">): ReplyButton => ({
  label: shortName(name, PHONE - 4),
  command: containers.name,
  ask: { container: id },
});

export const allButton = (t: Translate): ReplyButton => ({
  label: t("containers-all"),
  command: containers.name,
});

function listView(
  answer: AnswerOf<typeof containers>,
  { t, server }: ReplyContext,
  { beginning, page: wanted = 1 }: AskOf<typeof containers>,
): ReplyView {
  const all = beginning === undefined ? answer.containers : beginningWith(beginning, answer.containers);
  const sorted = [...all].sort(
    (a, b) =>
      Number(a.project === undefined) - Number(b.project === undefined) ||
      compare(a.project ?? "", b.project ?? "") ||
      compare(a.name, b.name),
  );
  const pages = Math.max(1, Math.ceil(sorted.length / PAGE));
  const page = Math.min(wanted, pages);
  const shown = sorted.slice((page - 1) * PAGE, page * PAGE);
  const more = (to: number): ReplyButton => ({
    label: t(to < page ? "containers-back-page" : "containers-on-page", { page: to, pages }),
    command: containers.name,
    ask: { ...(beginning === undefined ? {} : { beginning }), page: to },
  });
  const pagers = [...(page > 1 ? [more(page - 1)] : []), ...(page < pages ? [more(page + 1)] : [])];
  return {
    title: t("containers-title", { server: plainName(server.name) }),
    blocks: [
      ...(beginning !== undefined && all.length > 0 ? [text(t("containers-begin", { beginning }))] : []),
      ...(all.length > 0
        ? [text(countsOf(all))]
        : [text(beginning === undefined ? t("containers-none") : t("containers-no-match", { beginning }))]),
      ...tables(t, shown, sorted),
      ...(pages > 1 ? [note(t("containers-page", { page, pages }))] : []),
      ...(answer.left > 0 ? [note(t("containers-left", { count: answer.left }))] : []),
    ],
    buttons: [
      ...inRows(shown.map(cardButton)),
      ...(pagers.length > 0 ? [pagers] : []),
      ...(beginning === undefined ? [] : [[allButton(t)]]),
    ],
  };
}

function cardView(
  { containers: all, original }: AnswerOf<typeof containers>,
  { t, server }: ReplyContext,
  id: string,
): ReplyView {
  const found = all.find((one) => one.id === id);
  const back = [[allButton(t)]];
  if (found === undefined) {
    return {
      title: t("containers-title", { server: plainName(server.name) }),
      blocks: [text(t("containers-gone"))],
      buttons: back,
    };
  }
  const { name, image, ports, project, service, exitCode, restarts, state } = found;
  const row = (label: string, value: string | undefined) =>
    value === undefined || value === ""
      ? []
      : [{ label: t(`containers-${label}`), value: [plainName(value)] }];
  return {
    title: `📦 ${name} · ${plainName(server.name)}`,
    blocks: [
      {
        type: "facts",
        rows: [
          { label: t("containers-state"), value: [containerStateText(t, found)] },
          ...row("exit", state === "exited" || state === "dead" ? exitCode?.toString() : undefined),
          ...row("restarts", restarts === undefined || restarts === 0 ? undefined : String(restarts)),
          ...row("image", BARE_ID.test(image) ? bare(image) : image),
          ...row("ports", portTexts(ports).join(", ")),
          ...row("project", project),
          ...row("service", service),
          { label: t("containers-id"), value: [{ kind: "code", text: id.slice(0, 12) }] },
        ],
      },
    ],
    buttons: [...inRows(verbsOf(state, original).map((verb) => verbButton(t, verb, found))), ...back],
  };
}

/** Nothing is asked before what a press can undo, and nothing stops by it: so its button works once. */
export const asksFirst = (verb: ContainerVerb): boolean => verb !== "start" && verb !== "unpause";

/** Shown to who may press it, and that is decided again at the press. */
const verbButton = (t: Translate, verb: ContainerVerb, { id }: Container): ReplyButton => ({
  label: t(`containers-${verb}`),
  deed: "container.pick",
  needs: "operator",
  values: { verb, id },
  once: !asksFirst(verb),
});

const verbsOf = (state: ContainerState, original: boolean | undefined): readonly ContainerVerb[] =>
  verbsFor[state].filter((verb) => original !== true || ORIGINAL_VERBS.some((known) => known === verb));

const headingOf = (t: Translate, project: string | undefined, all: readonly Container[]): Blocks => {
  if (project !== undefined) return [{ type: "heading", text: fitName(project, PHONE) }];
  // Where nothing has a project there is nothing to tell apart.
  return all.some((one) => one.project !== undefined)
    ? [{ type: "heading", text: t("containers-alone") }]
    : [];
};

function groupsOf(shown: readonly Container[]): Array<{ project: string | undefined; members: Container[] }> {
  const groups: Array<{ project: string | undefined; members: Container[] }> = [];
  for (const container of shown) {
    const last = groups.at(-1);
    if (last !== undefined && last.project === container.project) last.members.push(container);
    else groups.push({ project: container.project, members: [container] });
  }
  return groups;
}

/** Two lines each, as of processes: all of it fits a phone. What the right does not need is the names'. */
function tables(t: Translate, shown: readonly Container[], all: readonly Container[]): Blocks {
  const rights = shown.flatMap((one) => [fitName(shortState(t, one), RIGHT), shortPorts(one.ports)]);
  const left = PHONE - GAP - Math.max(0, ...rights.map(columnsOf));
  return groupsOf(shown).flatMap(({ project, members }) => [
    ...headingOf(t, project, all),
    {
      type: "table" as const,
      columns: [
        { head: "", align: "left" as const },
        { head: "", align: "right" as const },
      ],
      rows: members.flatMap((one) => [
        [`${containerDot(one)} ${shortName(one.name, left - DOT)}`, fitName(shortState(t, one), RIGHT)],
        [fitName(`└ ${shortImage(one.image)}`, left), shortPorts(one.ports)],
      ]),
    },
  ]);
}

/** A name within so many columns. Both its ends stay: names that begin alike must not look alike. */
export function shortName(name: string, columns: number): string {
  if (name.length <= columns) return name;
  const end = Math.floor((columns - 1) / 2);
  return `${name.slice(0, columns - 1 - end)}…${name.slice(-end)}`;
}

function shortState(t: Translate, { state, age, health, exitCode }: Container): string {
  if (state === "running" && health === "unhealthy") return t("containers-unhealthy");
  if (state === "running" && age !== undefined) return shortAgeText(t, age);
  if (state === "exited" && (exitCode ?? 0) !== 0) return t("containers-code", { code: exitCode ?? 0 });
  return t(`containers-${state}`);
}

const BARE_ID = /^(sha256:)?[0-9a-f]{64}$/;
const bare = (id: string): string => id.replace("sha256:", "").slice(0, 12);

/** Without the registry and the path in it: `app:1.2`, and of a bare id as much as tells it. */
function shortImage(image: string): string {
  if (BARE_ID.test(image)) return bare(image);
  return image.replace(/@sha256:.*$/, "").replace(/^.*\//, "") || "?";
}

/** `8080→80`, published ones first; each once, though it is published at several addresses. */
const portTexts = (ports: readonly ContainerPort[]): string[] => [
  ...new Set(
    [...ports]
      .sort((a, b) => Number(a.outside === undefined) - Number(b.outside === undefined))
      .map(({ address, outside, inside, protocol }) => {
        const at = address === undefined ? "" : `${plainName(address)}:`;
        const to = outside === undefined ? "" : `${at}${outside}→`;
        return `${to}${inside}${protocol === "tcp" ? "" : `/${protocol}`}`;
      }),
  ),
];

function shortPorts(ports: readonly ContainerPort[]): string {
  const published = portTexts(ports.filter(({ outside }) => outside !== undefined).map(withoutAddress));
  const [first = "", ...others] = published;
  if (first === "") return "";
  const more = others.length > 0 ? ` +${others.length}` : "";
  return `${fitName(first, RIGHT - columnsOf(more))}${more}`;
}

const withoutAddress = ({ address: _, ...port }: ContainerPort): ContainerPort => port;

/** `🟢 52 · 🔴 7`: how many there are of each. */
function countsOf(all: readonly Container[]): string {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(containerDot(one), (counts.get(containerDot(one)) ?? 0) + 1);
  return ["🟢", "🟡", "🔴", "⚪"]
    .flatMap((dot) => (counts.has(dot) ? [`${dot} ${counts.get(dot)}`] : []))
    .join(" · ");
}

function inRows(buttons: readonly ReplyButton[]): ReplyButton[][] {
  const a = buttons.every(({ label }) => columnsOf(label) <= SHORT_LABEL) ? 2 : 1;
  return Array.from({ length: Math.ceil(buttons.length / a) }, (_, at) =>
    buttons.slice(at * a, (at + 1) * a),
  );
}

/** `web-2` before `web-10`, in every language alike. */
const { compare } = new Intl.Collator("en", { numeric: true });
const text = (words: string): Blocks[number] => ({ type: "text", text: [words] });
const note = (words: string): Blocks[number] => ({ type: "note", text: [words] });

export { ContainerId, ContainerName } from "../docker/grammar.ts";
export type { Container, ContainerVerb } from "./contract.ts";
export { CONTAINER_VERBS, ContainerState, containerActions, containers, verbsFor } from "./contract.ts";
