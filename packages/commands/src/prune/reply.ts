/** prune in the chat: what nobody uses by kind, what would go by name, and what has gone. */
import type { JobState } from "../docker/job-state.ts";
import { type Blocks, fact, note, stagesBlocks, text } from "../job/shown.ts";
import type { ReplyContext, Translate } from "../kit.ts";
import { fitName, plainName } from "../shown/names.ts";
import { sizeText } from "../shown/sizes.ts";
import { PRUNE_KINDS, type PrunePreview, PruneResult } from "./contract.ts";

/** What a person chooses among: the kinds, images apart by whether they have a name. */
export const PRUNE_CHOICES = ["containers", "dangling", "images", "networks"] as const;
export type PruneChoice = (typeof PRUNE_CHOICES)[number];

/** Lines of names in a confirmation; more of them are a file. */
const NAMED = 30;
/** Told one by one of what stayed. */
const STAYED = 20;
const PHONE = 35;
const SIZE = 10;

interface Item {
  name: string;
  bytes: number;
  /** Other names of the same thing. */
  also: readonly string[];
}

/** What of a preview a choice is about, the biggest first. `images` is every image, the dangling ones too. */
export function prunedBy(
  preview: PrunePreview,
  choice: PruneChoice,
): Pick<PrunePreview, "containers" | "images" | "networks"> {
  const none = { containers: [], images: [], networks: [] };
  const bySize = <T extends { bytes: number }>(items: readonly T[]): T[] =>
    [...items].sort((a, b) => b.bytes - a.bytes);
  if (choice === "containers") return { ...none, containers: bySize(preview.containers) };
  if (choice === "networks") return { ...none, networks: preview.networks };
  const images =
    choice === "images" ? preview.images : preview.images.filter(({ names }) => names.length === 0);
  return { ...none, images: bySize(images) };
}

const itemsOf = (t: Translate, picked: ReturnType<typeof prunedBy>): Item[] => [
  ...picked.containers.map(({ name, bytes }) => ({ name, bytes, also: [] })),
  ...picked.images.map(({ id, names, bytes }) => ({
    name: names[0] ?? t("prune-nameless", { id: id.replace("sha256:", "").slice(0, 12) }),
    bytes,
    also: names.slice(1),
  })),
  ...picked.networks.map(({ name }) => ({ name, bytes: 0, also: [] })),
];

const sum = (items: readonly Item[]): number => items.reduce((all, { bytes }) => all + bytes, 0);

/** How many of each, and how much room: `{ count, bytes }` by choice, without those there are none of. */
export function pruneCounts(
  t: Translate,
  preview: PrunePreview,
): Array<{ choice: PruneChoice; count: number; bytes: number }> {
  return PRUNE_CHOICES.flatMap((choice) => {
    const items = itemsOf(t, prunedBy(preview, choice));
    return items.length === 0 ? [] : [{ choice, count: items.length, bytes: sum(items) }];
  });
}

export function pruneOverview(preview: PrunePreview, { t, server }: Pick<ReplyContext, "t" | "server">) {
  const counts = pruneCounts(t, preview);
  const left = preview.left.containers + preview.left.images + preview.left.networks;
  const blocks: Blocks = [
    ...(counts.length === 0
      ? [text(t("prune-nothing"))]
      : [
          {
            type: "facts" as const,
            rows: counts.map(({ choice, count, bytes }) => ({
              label: t(`prune-${choice}`),
              value: [
                choice === "networks" ? String(count) : t("prune-some", { count, size: sizeText(t, bytes) }),
              ],
            })),
          },
        ]),
    ...(preview.protected > 0 ? [note(t("prune-protected", { count: preview.protected }))] : []),
    ...(left > 0 ? [note(t("prune-left", { count: left }))] : []),
    note(t("prune-volumes")),
  ];
  return { title: t("prune-title", { server: plainName(server.name) }), blocks };
}

/** A name on as many lines as it takes: what would go is shown to its last character. */
function inLines(name: string, columns: number): string[] {
  const plain = [...plainName(name)];
  const lines: string[] = [];
  for (let from = 0; from < Math.max(1, plain.length); from += columns)
    lines.push(plain.slice(from, from + columns).join(""));
  return lines;
}

/** Exactly what would go, the biggest first; `whole`: all of it is named there, and else in the file of `pruneFile`. */
export function pruneList(
  t: Translate,
  picked: ReturnType<typeof prunedBy>,
): { blocks: Blocks; whole: boolean } {
  const items = itemsOf(t, picked);
  const sized = items.some(({ bytes }) => bytes > 0);
  const width = PHONE - (sized ? SIZE + 2 : 0);
  const rows = items.map(({ name, bytes, also }) => [
    ...inLines(name, width).map((line, at) => [line, at === 0 && sized ? sizeText(t, bytes) : ""]),
    ...also.flatMap((other) => inLines(`= ${other}`, width).map((line) => [line, ""])),
  ]);
  let lines = 0;
  const beyond = rows.findIndex((some) => {
    lines += some.length;
    return lines > NAMED;
  });
  const whole = beyond < 0;
  const more = whole ? [] : items.slice(beyond);
  const bytes = sizeText(t, sum(more));
  return {
    whole,
    blocks: [
      {
        type: "table",
        columns: [
          { head: "", align: "left" },
          { head: "", align: "right" },
        ],
        rows: (whole ? rows : rows.slice(0, beyond)).flat(),
      },
      ...(whole ? [] : [note(t("prune-more", { count: more.length, size: bytes }))]),
      ...(sized ? [text(t("prune-together", { count: items.length, size: sizeText(t, sum(items)) }))] : []),
    ],
  };
}

/** All that would go, a line each, with its id and every name. */
export const pruneFile = (t: Translate, picked: ReturnType<typeof prunedBy>): string => {
  const ids = [...picked.containers, ...picked.images, ...picked.networks].map(({ id }) => id);
  return itemsOf(t, picked)
    .map(({ name, bytes, also }, at) =>
      [
        [name, ...also].map(plainName).join(" = "),
        ids[at]?.replace("sha256:", "").slice(0, 12) ?? "",
        ...(bytes > 0 ? [sizeText(t, bytes)] : []),
      ].join("  "),
    )
    .join("\n")
    .concat("\n");
};

const kind = (t: Translate) => (what: string) =>
  PRUNE_KINDS.some((known) => known === what) ? t("prune-kind", { kind: what }) : plainName(what);

export const pruneRunning = (t: Translate, { steps }: JobState): Blocks => [
  ...stagesBlocks(steps, kind(t)),
  ...steps.flatMap(({ state, said }) =>
    state === "running" && said !== undefined ? [note(plainName(said))] : [],
  ),
];

export function pruneDone(t: Translate, { result }: JobState, server: string): Blocks | undefined {
  const read = PruneResult.safeParse(result);
  if (!read.success) return undefined;
  const { removed, freed, kept, keptMore } = read.data;
  const stayed = kept.length + keptMore;
  return [
    text(t("prune-done", { server, size: sizeText(t, freed) })),
    {
      type: "facts",
      rows: PRUNE_KINDS.flatMap((one) =>
        removed[one] === 0 ? [] : fact(t("prune-kind", { kind: one }), String(removed[one])),
      ),
    },
    ...(stayed === 0 ? [] : [text(t("prune-kept", { count: stayed }))]),
    ...(kept.length === 0
      ? []
      : [
          {
            type: "facts" as const,
            rows: kept.slice(0, STAYED).map(({ name, why, said }) => ({
              label: fitName(name, PHONE),
              value: [
                said === undefined
                  ? t("prune-why", { why })
                  : `${t("prune-why", { why })}: ${plainName(said)}`,
              ],
            })),
          },
        ]),
  ];
}

export { type PrunePreview, prune, prunePreview } from "./contract.ts";
