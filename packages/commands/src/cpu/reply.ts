/** cpu in the chat: the share that counts first, where it goes, then each core as small as can be. */
import { type AnswerOf, levelOf } from "@servereye/contract";
import { type ReplyView, reading, type Translate } from "../kit.ts";
import { barRow, percentOf, shareText, sparks } from "../shown/shares.ts";
import { cpu } from "./contract.ts";
import { cpuIowait, cpuLoad, cpuMeasures, cpuPressure, cpuSteal, cpuUsage } from "./measures.ts";
import { messages } from "./messages.ts";

type CpuAnswer = AnswerOf<typeof cpu>;
type Blocks = ReplyView["blocks"];
type Facts = Extract<Blocks[number], { type: "facts" }>;

/** Up to so many cores have a bar each; more become rows of small blocks. */
const BARS_UP_TO = 8;
const SPARKS_A_ROW = 16;
const MANY = 128;

export const cpuReading = reading(
  cpu,
  (answer, { t, server }) => ({
    title: t("cpu-title", { server: server.name }),
    blocks: [
      ...first(answer, t),
      facts(answer, t),
      ...cores(answer.cores, t),
      { type: "note", text: [t("cpu-how", { ms: Math.round(answer.intervalMs) })] },
    ],
  }),
  messages,
  { measures: cpuMeasures },
);

function first({ now, limit }: CpuAnswer, t: Translate): Blocks {
  if (!now) return [{ type: "text", text: [t("cpu-unknown")] }];
  const rows = [barRow(t, t("cpu-usage"), now.usage, levelOf(cpuUsage, now.usage))];
  if (limit?.used !== undefined) {
    // In a container its own quota is what hurts; the machine's share stays beside it.
    const share = percentOf(limit.used, limit.cores);
    rows.unshift(barRow(t, t("cpu-limit"), share, levelOf(cpuUsage, share)));
  }
  return [{ type: "bars", rows }];
}

function facts({ now, limit, load, processors, pressure }: CpuAnswer, t: Translate): Facts {
  const rows: Facts["rows"] = [];
  if (limit) {
    const { cores, used } = limit;
    const value = used === undefined ? t("cpu-limit-only", { cores }) : t("cpu-limit-value", { cores, used });
    rows.push({ label: t("cpu-limit"), value: [value] });
  }
  if (now) {
    rows.push({ label: t("cpu-user"), value: [shareText(t, now.user)] });
    rows.push({ label: t("cpu-system"), value: [shareText(t, now.system)] });
    rows.push({
      label: t("cpu-iowait"),
      value: [shareText(t, now.iowait)],
      level: levelOf(cpuIowait, now.iowait),
    });
    if (now.steal !== undefined) {
      const level = levelOf(cpuSteal, now.steal);
      rows.push({ label: t("cpu-steal"), value: [shareText(t, now.steal)], level });
    }
  }
  if (load) {
    const number = (value: number) => t("cpu-load-number", { value });
    const { one, five, fifteen } = load;
    rows.push({
      label: t("cpu-load"),
      value: [
        t("cpu-load-value", { one: number(one), five: number(five), fifteen: number(fifteen) }),
        ` (${t("cpu-cores", { count: processors })})`,
      ],
      level: levelOf(cpuLoad, one / Math.max(1, processors)),
    });
  }
  if (pressure) {
    const { avg10 } = pressure.some;
    rows.push({ label: t("cpu-pressure"), value: [shareText(t, avg10)], level: levelOf(cpuPressure, avg10) });
  }
  return { type: "facts", rows };
}

function cores(cores: CpuAnswer["cores"], t: Translate): Blocks {
  const online = cores.flatMap((usage, number) => (usage === null ? [] : [{ number, usage }]));
  if (online.length < 2) return [];
  if (online.length <= BARS_UP_TO) {
    return [
      { type: "bars", rows: online.map(({ number, usage }) => barRow(t, t("cpu-bar", { number }), usage)) },
    ];
  }
  const busiest = [...online].sort((a, b) => b.usage - a.usage).slice(0, 3);
  const names = busiest.map(({ number, usage }) => t("cpu-core", { number, share: shareText(t, usage) }));
  return [
    { type: "facts", rows: [{ label: t("cpu-busiest"), value: [names.join(", ")] }] },
    {
      type: "table",
      columns: [
        { head: t("cpu-numbers"), align: "right" },
        { head: t("cpu-each"), align: "left" },
      ],
      rows: sparkRows(online),
    },
  ];
}

/** Rows of so many cores that even hundreds stay within a screen. */
function sparkRows(online: readonly { number: number; usage: number }[]): string[][] {
  const wide = online.length > MANY ? SPARKS_A_ROW * 1.5 : SPARKS_A_ROW;
  const rows: string[][] = [];
  for (let i = 0; i < online.length; i += wide) {
    const part = online.slice(i, i + wide);
    rows.push([`${part[0]?.number}–${part.at(-1)?.number}`, sparks(part.map((core) => core.usage))]);
  }
  return rows;
}
