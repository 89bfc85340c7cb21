/** Compose projects: all of them at a glance, and the card of one with its services, the worst first. */
import type { AnswerOf, AskOf } from "@servereye/contract";
import type { ReplyButton, ReplyContext, ReplyView, Translate } from "../kit.ts";
import { projectActions } from "../project/contract.ts";
import { projectFits } from "../project/members.ts";
import { columnsOf, plainName } from "../shown/names.ts";
import { CONTAINER_VERBS, type Container, type ContainerVerb, containers } from "./contract.ts";
import { allButton, containerDot, inRows, listButton, note, PHONE, shortName, text } from "./shown.ts";
import { countsOf, tables } from "./table.ts";

/** Of projects, and of a project's containers, on a page. */
const PAGE = 12;
/** Projects that get a button of their own under a page of containers. */
const FEW = 3;
/** The worst first; what stands as it should is no worse than what runs. */
const RANK = { "🔴": 0, "🟡": 1, "🟢": 2, "⚪": 3 } as const;
/** Between two columns, and of a dot with its space. */
const BESIDE = 2 + 3;

export interface Project {
  name: string;
  /** The worst first. */
  members: Container[];
}

/** Those that the containers' labels name, the one with the worst container first. */
export function projectsOf(all: readonly Container[]): Project[] {
  const named = Map.groupBy(all, ({ project }) => project);
  return [...named]
    .flatMap(([name, members]) => (name === undefined ? [] : [{ name, members: worstFirst(members) }]))
    .sort((a, b) => worstOf(a) - worstOf(b) || compare(a.name, b.name));
}

const rankOf = (container: Container): number => RANK[containerDot(container)];
const worstOf = ({ members: [worst] }: Project): number => (worst === undefined ? 0 : rankOf(worst));
const worstFirst = (members: readonly Container[]): Container[] =>
  [...members].sort((a, b) => rankOf(a) - rankOf(b) || compare(a.name, b.name));

/** The button that opens a project's card. */
export const projectButton = (name: string): ReplyButton => ({
  label: `🧩 ${shortName(plainName(name), PHONE - 7)}`,
  command: containers.name,
  ask: { project: name },
});

const projectsButton = (t: Translate): ReplyButton => ({
  label: t("containers-projects"),
  command: containers.name,
  ask: { projects: true },
});

/** Under a page of containers: its projects if they are few, and the way to all there are. */
export function projectButtons(
  t: Translate,
  page: readonly Container[],
  all: readonly Container[],
): ReplyButton[][] {
  const here = projectsOf(page).map(({ name }) => projectButton(name));
  const few = here.length <= FEW ? here : [];
  const more = projectsOf(all).length > few.length ? [[projectsButton(t)]] : [];
  return [...inRows(few), ...more];
}

export function projectsView(
  { containers: all }: AnswerOf<typeof containers>,
  { t, server }: ReplyContext,
  { page: wanted = 1 }: AskOf<typeof containers>,
): ReplyView {
  const every = projectsOf(all);
  const { shown, pagers } = pageOf(t, every, wanted, { projects: true });
  const ups = shown.map(({ members }) => `${upOf(members)}/${members.length}`);
  const left = PHONE - BESIDE - Math.max(columnsOf(t("containers-running")), ...ups.map(columnsOf));
  return {
    title: t("containers-projects-title", { server: plainName(server.name) }),
    blocks:
      every.length === 0
        ? [text(t("containers-no-projects"))]
        : [
            {
              type: "table",
              columns: [
                { head: t("containers-project"), align: "left" },
                { head: t("containers-running"), align: "right" },
              ],
              rows: shown.map(({ name, members: [worst] }, at) => [
                `${worst === undefined ? "⚪" : containerDot(worst)} ${shortName(plainName(name), left)}`,
                ups[at] ?? "",
              ]),
            },
          ],
    buttons: [...inRows(shown.map(({ name }) => projectButton(name))), ...pagers, [allButton(t)]],
  };
}

const upOf = (members: readonly Container[]): number =>
  members.filter(({ state }) => state === "running").length;

export function projectView(
  { containers: all, left, original }: AnswerOf<typeof containers>,
  { t, server }: ReplyContext,
  { project = "", page: wanted = 1 }: AskOf<typeof containers>,
): ReplyView {
  const members = projectsOf(all).find(({ name }) => name === project)?.members ?? [];
  const { shown, pagers, page, pages } = pageOf(t, members, wanted, { project });
  const title = `🧩 ${plainName(project)} · ${plainName(server.name)}`;
  const ways = [[projectsButton(t), allButton(t)]];
  if (members.length === 0) return { title, blocks: [text(t("containers-project-gone"))], buttons: ways };
  return {
    title,
    blocks: [
      text(countsOf(members)),
      ...tables(t, shown, members).filter(({ type }) => type !== "heading"),
      ...(pages > 1 ? [note(t("containers-page-short", { page, pages }))] : []),
      ...(left > 0 ? [note(t("containers-left", { count: left }))] : []),
    ],
    buttons: [
      ...inRows(
        CONTAINER_VERBS.filter((verb) => left === 0 && original !== true && projectFits(verb, members)).map(
          (verb) => verbButton(t, verb, project),
        ),
      ),
      ...inRows(shown.map(listButton)),
      ...pagers,
      ...ways,
    ],
  };
}

/** On a whole project everything is asked first. */
const verbButton = (t: Translate, verb: ContainerVerb, project: string): ReplyButton => ({
  label: t("containers-whole", { verb }),
  deed: "project.pick",
  needs: "operator",
  takes: projectActions[verb],
  values: { verb, project },
});

function pageOf<T>(t: Translate, all: readonly T[], wanted: number, ask: Record<string, unknown>) {
  const pages = Math.max(1, Math.ceil(all.length / PAGE));
  const page = Math.min(wanted, pages);
  const to = (other: number): ReplyButton => ({
    label: t(other < page ? "containers-back-page" : "containers-on-page", { page: other, pages }),
    command: containers.name,
    ask: { ...ask, page: other },
  });
  const turns = [...(page > 1 ? [to(page - 1)] : []), ...(page < pages ? [to(page + 1)] : [])];
  return {
    shown: all.slice((page - 1) * PAGE, page * PAGE),
    pagers: turns.length > 0 ? [turns] : [],
    page,
    pages,
  };
}

/** `web-2` before `web-10`, in every language alike. */
const { compare } = new Intl.Collator("en", { numeric: true });
