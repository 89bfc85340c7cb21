/** network in the chat: each link with its traffic, then what the machine carries inside itself. */
import type { AnswerOf, View } from "@servereye/contract";
import { levelOf } from "@servereye/contract";
import type { ReplyContext, Translate } from "../kit.ts";
import { reading } from "../kit.ts";
import { fitName, plainName } from "../shown/names.ts";
import { shareText } from "../shown/shares.ts";
import { bitRateText, countText, rateText, sizeText } from "../shown/sizes.ts";
import { type Flow, type Interface, network } from "./contract.ts";
import { errorsLevel, loadPercent, networkLoad, networkMeasures } from "./measures.ts";
import { messages } from "./messages.ts";

/** How many links a phone shows without scrolling for ever. */
const SHOWN_LINKS = 6;

type Blocks = View["blocks"];
type Facts = Extract<Blocks[number], { type: "facts" }>["rows"];

export const networkReading = reading(
  network,
  (answer, { t, server }: ReplyContext) => {
    // Links in trouble first; among equals the agent's order, the busiest first, holds.
    const sorted = [...answer.interfaces].sort((a, b) => troubleOf(b) - troubleOf(a));
    const shown = sorted.slice(0, SHOWN_LINKS);
    const more = answer.left + sorted.length - shown.length;
    const flows = [
      ...shown.flatMap((link) => [link.in, link.out]),
      ...(answer.containers ? [answer.containers.in, answer.containers.out] : []),
    ];
    return {
      title: t("network-title", { server: plainName(server.name) }),
      blocks: [
        ...(shown.length === 0 ? [note(t("network-none"))] : []),
        ...overallBlocks(t, answer.overall),
        ...shown.flatMap((link) => linkBlocks(t, link, answer.original)),
        ...(more > 0 ? [note(t("network-more", { count: more }))] : []),
        ...insideBlocks(t, answer),
        ...(answer.unused > 0 ? [note(t("network-unused", { count: answer.unused }))] : []),
        ...noRateNote(t, answer.original, flows),
      ],
    };
  },
  messages,
  { measures: networkMeasures },
);

function overallBlocks(t: Translate, overall: { in: number; out: number } | undefined): Blocks {
  if (!overall) return [];
  const value = t("network-flows", { in: rateText(t, overall.in), out: rateText(t, overall.out) });
  return [
    { type: "heading", text: t("network-overall") },
    { type: "facts", rows: [{ label: t("network-mean"), value: [value] }] },
  ];
}

function noRateNote(t: Translate, original: true | undefined, flows: readonly Flow[]): Blocks {
  if (original) return [note(t("network-original"))];
  return flows.some(({ rate }) => rate === undefined) ? [note(t("network-no-rate"))] : [];
}

const WEIGHT = { ok: 0, warn: 1, bad: 2 } as const;

function troubleOf(link: Interface): number {
  const load = loadPercent(link);
  return Math.max(
    WEIGHT[errorsLevel(link.in, link.out)],
    load === undefined ? 0 : WEIGHT[levelOf(networkLoad, load)],
  );
}

function linkBlocks(t: Translate, link: Interface, original: true | undefined): Blocks {
  const heading = [
    fitName(link.name, 15),
    ...(link.state === "unknown" ? [] : [t(`network-state-${link.state}`)]),
    ...(link.speed === undefined ? [] : [bitRateText(t, link.speed)]),
  ].join(" · ");
  const load = loadPercent(link);
  const strained = load !== undefined && levelOf(networkLoad, load) !== "ok";
  const rows: Facts = [
    ...rateRow(t, link, original),
    ...(strained
      ? [{ label: t("network-load"), value: [shareText(t, load)], level: levelOf(networkLoad, load) }]
      : []),
    ...totalRows(t, link),
  ];
  return [
    { type: "heading", text: heading },
    { type: "facts", rows },
  ];
}

/** Empty where no link's rate is ever told. */
const rateRow = (t: Translate, flows: { in: Flow; out: Flow }, original: true | undefined): Facts => {
  if (original) return [];
  const rate = (flow: Flow) => (flow.rate === undefined ? "–" : rateText(t, flow.rate));
  return [
    {
      label: t("network-now"),
      value: [t("network-flows", { in: rate(flows.in), out: rate(flows.out) })],
    },
  ];
};

function totalRows(t: Translate, flows: { in: Flow; out: Flow }): Facts {
  const both = (id: string, text: (flow: Flow) => string) => ({
    label: t(id),
    value: [t("network-flows", { in: text(flows.in), out: text(flows.out) })],
  });
  const total = both("network-total", (flow) => sizeText(t, flow.bytes));
  const sum = (key: "errors" | "drops") => flows.in[key] + flows.out[key];
  if (sum("errors") + sum("drops") === 0) {
    return [total, { label: t("network-sound"), value: [t("network-sound-value")], level: "ok" }];
  }
  return [
    total,
    {
      ...both("network-errors", (flow) => countText(t, flow.errors)),
      level: errorsLevel(flows.in, flows.out),
    },
    both("network-drops", (flow) => countText(t, flow.drops)),
  ];
}

function insideBlocks(t: Translate, { containers, loopback, original }: AnswerOf<typeof network>): Blocks {
  const blocks: Blocks = [];
  if (containers) {
    blocks.push({ type: "heading", text: t("network-containers", { count: containers.count }) });
    blocks.push({ type: "facts", rows: [...rateRow(t, containers, original), ...totalRows(t, containers)] });
  }
  if (loopback) {
    const rate = loopback.rate === undefined ? "–" : rateText(t, loopback.rate);
    const total = sizeText(t, loopback.bytes);
    const value = original ? total : t("network-loopback-value", { rate, total });
    blocks.push({
      type: "facts",
      rows: [{ label: t(original ? "network-loopback-total" : "network-loopback"), value: [value] }],
    });
  }
  return blocks;
}

const note = (text: string): Blocks[number] => ({ type: "note", text: [text] });
