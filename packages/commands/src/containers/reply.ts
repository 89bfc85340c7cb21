/** containers in the chat: a page of them by Compose project, or the card of one. */
import type { AnswerOf, AskOf } from "@servereye/contract";
import { ContainerName } from "../docker/grammar.ts";
import { type ReplyButton, type ReplyContext, type ReplyView, reading } from "../kit.ts";
import { plainName } from "../shown/names.ts";
import { cardView } from "./card.ts";
import { type Container, containers } from "./contract.ts";
import { messages } from "./messages.ts";
import { allButton, cardButton, inRows, note, text } from "./shown.ts";
import { countsOf, tables } from "./table.ts";

/** Containers on a page. */
const PAGE = 12;

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

/** `web-2` before `web-10`, in every language alike. */
const { compare } = new Intl.Collator("en", { numeric: true });

export { ContainerId, ContainerName } from "../docker/grammar.ts";
export type { Container, ContainerVerb } from "./contract.ts";
export {
  asksFirst,
  CONTAINER_VERBS,
  ContainerState,
  containerActions,
  containers,
  keptFrom,
  verbsFor,
} from "./contract.ts";
export { dependentsOf } from "./depends.ts";
export {
  allButton,
  cardButton,
  containerDot,
  containerStateText,
  containerStateWord,
  portTexts,
  shortName,
} from "./shown.ts";
