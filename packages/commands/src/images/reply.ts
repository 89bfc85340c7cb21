/** images in the chat: the largest first, two lines each, and what could go. */
import type { AnswerOf, View } from "@servereye/contract";
import { type ReplyButton, reading, type Translate } from "../kit.ts";
import { shortAgeText } from "../shown/ages.ts";
import { columnsOf, fitName, plainName } from "../shown/names.ts";
import { sizeText } from "../shown/sizes.ts";
import { type Image, images } from "./contract.ts";
import { messages } from "./messages.ts";

/** A phone's columns, those between two of a table, and images on a page. */
const PHONE = 35;
const GAP = 2;
const PAGE = 12;

type Answer = AnswerOf<typeof images>;

export const imagesReading = reading(
  images,
  (answer, { t, server }, { page: wanted = 1 }) => {
    const pages = Math.max(1, Math.ceil(answer.images.length / PAGE));
    const page = Math.min(wanted, pages);
    const shown = answer.images.slice((page - 1) * PAGE, page * PAGE);
    const to = (other: number, id: string): ReplyButton => ({
      label: t(id, { page: other, pages }),
      command: images.name,
      ask: { page: other },
    });
    const pagers = [
      ...(page > 1 ? [to(page - 1, "images-back-page")] : []),
      ...(page < pages ? [to(page + 1, "images-on-page")] : []),
    ];
    const left = answer.all.count - answer.images.length;
    return {
      title: t("images-title", { server: plainName(server.name) }),
      blocks: [
        ...sums(t, answer),
        ...(shown.length > 0 ? [table(t, shown)] : []),
        ...(pages > 1 ? [note(t("images-page", { page, pages }))] : []),
        ...(left > 0 ? [note(t("images-left", { count: left }))] : []),
        ...(answer.images.length > 1 ? [note(t("images-shared"))] : []),
      ],
      buttons: pagers.length > 0 ? [pagers] : [],
    };
  },
  messages,
);

const note = (words: string): View["blocks"][number] => ({ type: "note", text: [words] });

function sums(t: Translate, { all, unused, dangling }: Answer): View["blocks"] {
  if (all.count === 0) return [{ type: "text", text: [t("images-none")] }];
  const row = (label: string, { count, size }: Answer["all"]) =>
    count === 0
      ? []
      : [{ label: t(`images-${label}`), value: [t("images-sum", { count, size: sizeText(t, size) })] }];
  return [
    { type: "facts", rows: [...row("all", all), ...row("unused", unused), ...row("dangling", dangling)] },
  ];
}

function table(t: Translate, shown: readonly Image[]): View["blocks"][number] {
  const rights = shown.map((one) => [
    sizeText(t, one.size),
    one.age === undefined ? "" : shortAgeText(t, one.age),
  ]);
  const left = PHONE - GAP - Math.max(...rights.flat().map(columnsOf));
  return {
    type: "table",
    columns: [
      { head: "", align: "left" },
      { head: "", align: "right" },
    ],
    rows: shown.flatMap((one, at) => {
      const [size = "", age = ""] = rights[at] ?? [];
      return [
        [`${one.containers > 0 ? "🟢" : "⚪"} ${nameOf(one, left - 3)}`, size],
        [fitName(`└ ${useText(t, one)}`, left), age],
      ];
    }),
  };
}

/** Its tag, in which the end tells it apart; of several the first, with how many more there are. */
function nameOf({ id, tags }: Image, columns: number): string {
  const [first, ...others] = tags;
  if (first === undefined) return id.replace("sha256:", "").slice(0, 12);
  const more = others.length > 0 ? ` +${others.length}` : "";
  const room = columns - columnsOf(more);
  const whole = plainName(first);
  if (columnsOf(whole) <= room) return `${whole}${more}`;
  // Without the registry and the path in it first; what is too long even then keeps its version.
  const short = whole.replace(/^.*\//, "");
  if (columnsOf(short) <= room) return `${short}${more}`;
  const end = Math.floor((room - 1) / 2);
  return `${fitName(short, room - end)}${short.slice(-end)}${more}`;
}

function useText(t: Translate, { tags, containers, running }: Image): string {
  if (containers > 0)
    return running > 0 ? t("images-running", { count: running }) : t("images-used", { count: containers });
  return t(tags.length === 0 ? "images-nameless" : "images-idle");
}
