/** A page of the containers by Compose project, with how many there are of each kind, and those in trouble one press away. */
import type { AnswerOf, AskOf } from "@servereye/contract";
import type { ReplyButton, ReplyContext, ReplyView, Translate } from "../kit.ts";
import { plainName } from "../shown/names.ts";
import { shareText } from "../shown/shares.ts";
import { sizeText } from "../shown/sizes.ts";
import { type Container, containers } from "./contract.ts";
import { projectButtons } from "./projects.ts";
import { allButton, containerDot, inRows, isTrouble, listButton, note, text } from "./shown.ts";
import { countsOf, tables } from "./table.ts";

/** Containers on a page. */
const PAGE = 12;

/** Those whose names begin so, whatever the case. */
export const beginningWith = (beginning: string, among: readonly Container[]): Container[] =>
  among.filter(({ name }) => name.toLowerCase().startsWith(beginning.toLowerCase()));

export function listView(
  answer: AnswerOf<typeof containers>,
  { t, server }: ReplyContext,
  ask: AskOf<typeof containers>,
): ReplyView {
  const { beginning, trouble, page: wanted = 1 } = ask;
  const named = beginning === undefined ? answer.containers : beginningWith(beginning, answer.containers);
  const all = trouble === true ? named.filter(isTroubled) : named;
  const sorted = [...all].sort(
    (a, b) =>
      Number(a.project === undefined) - Number(b.project === undefined) ||
      compare(a.project ?? "", b.project ?? "") ||
      compare(a.name, b.name),
  );
  const pages = Math.max(1, Math.ceil(sorted.length / PAGE));
  const page = Math.min(wanted, pages);
  const shown = sorted.slice((page - 1) * PAGE, page * PAGE);
  const filter = beginning === undefined ? {} : { beginning };
  const more = (to: number): ReplyButton => ({
    label: t(to < page ? "containers-back-page" : "containers-on-page", { page: to, pages }),
    command: containers.name,
    ask: { ...filter, ...(trouble === true ? { trouble } : {}), page: to },
  });
  const pagers = [...(page > 1 ? [more(page - 1)] : []), ...(page < pages ? [more(page + 1)] : [])];
  const none =
    trouble === true
      ? t("containers-no-trouble")
      : beginning === undefined
        ? t("containers-none")
        : t("containers-no-match", { beginning });
  const counts = countsOf(named);
  return {
    title: t("containers-title", { server: plainName(server.name) }),
    blocks: [
      ...(beginning !== undefined && all.length > 0 ? [text(t("containers-begin", { beginning }))] : []),
      ...(all.length > 0 ? [text([counts, ...loadOf(t, all)].join("\n"))] : [text(none)]),
      ...tables(t, shown, sorted),
      ...(pages > 1 ? [note(t("containers-page", { page, pages }))] : []),
      ...(answer.left > 0 ? [note(t("containers-left", { count: answer.left }))] : []),
    ],
    buttons: [
      ...inRows(shown.map(listButton)),
      ...(pagers.length > 0 ? [pagers] : []),
      ...projectButtons(t, shown, named),
      ...(pages > 1 && trouble !== true ? troubleButton(t, named, filter) : []),
      ...(beginning === undefined && trouble !== true ? [] : [[allButton(t)]]),
    ],
  };
}

const isTroubled = (container: Container): boolean => isTrouble(containerDot(container));

/** Where there are many, those that need somebody are one press away. */
function troubleButton(t: Translate, all: readonly Container[], filter: object): ReplyButton[][] {
  const count = all.filter(isTroubled).length;
  if (count === 0 || count === all.length) return [];
  const label = t("containers-trouble", { count });
  return [[{ label, command: containers.name, ask: { ...filter, trouble: true } }]];
}

/** What all of them take together, where it is known of any. */
function loadOf(t: Translate, all: readonly Container[]): string[] {
  const sum = (of: "cpu" | "memory") => all.reduce((whole, one) => whole + (one[of] ?? 0), 0);
  if (all.every(({ memory }) => memory === undefined)) return [];
  return [t("containers-together", { cpu: shareText(t, sum("cpu")), memory: sizeText(t, sum("memory")) })];
}

/** `web-2` before `web-10`, in every language alike. */
const { compare } = new Intl.Collator("en", { numeric: true });
