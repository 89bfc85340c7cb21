/** processes in the chat: two lines for each, so that all six things about it fit a phone. */
import { type AnswerOf, levelOf } from "@servereye/contract";
import { type ReplyView, reading, type Translate } from "../kit.ts";
import { shortAgeText } from "../shown/ages.ts";
import { fitName } from "../shown/names.ts";
import { percentOf, shareText } from "../shown/shares.ts";
import { countText, sizeText } from "../shown/sizes.ts";
import type { By, Process } from "./contract.ts";
import { processes } from "./contract.ts";
import { processesMeasures, processesStuck, processesZombies } from "./measures.ts";
import { messages } from "./messages.ts";

/** Columns: 16 for the name, 6 for the share, 9 for the size and two between each make 35. */
const NAME_COLUMNS = 16;

export const processesReading = reading(
  processes,
  (answer, { t, server }) => {
    const { by, processors, intervalMs, told, total } = answer;
    const other: By = by === "cpu" ? "memory" : "cpu";
    const cpuHow = () =>
      answer.original
        ? t("processes-original")
        : t("processes-cpu-how", { cores: processors ?? 0, ms: intervalMs });
    const how = by === "cpu" ? cpuHow() : t("processes-memory-how");
    const counted = total === undefined ? [] : [t("processes-total", { count: total })];
    const among = told === undefined ? [] : [t("processes-told", { count: told })];
    return {
      title: t(by === "cpu" ? "processes-title-cpu" : "processes-title-memory", { server: server.name }),
      blocks: [
        table(answer, t),
        ...trouble(answer, t),
        { type: "note", text: [[...counted, ...among, how].join(" ")] },
      ],
      buttons: [
        [
          {
            label: t(other === "cpu" ? "processes-by-cpu" : "processes-by-memory"),
            command: "processes",
            ask: { by: other },
          },
        ],
      ],
    };
  },
  messages,
  {
    measures: processesMeasures,
    words: ([first, ...rest]) => {
      const by = first === undefined ? undefined : WORDS.get(first.toLowerCase());
      return by ? { ask: { by }, rest } : { ask: {}, rest: first === undefined ? [] : [first, ...rest] };
    },
  },
);

const WORDS: ReadonlyMap<string, By> = new Map([
  ["cpu", "cpu"],
  ["цп", "cpu"],
  ["memory", "memory"],
  ["mem", "memory"],
  ["память", "memory"],
]);

function table(
  { by, top, memoryTotal }: AnswerOf<typeof processes>,
  t: Translate,
): ReplyView["blocks"][number] {
  const share = (p: Process) =>
    by === "cpu"
      ? p.cpu === undefined
        ? "?"
        : shareText(t, p.cpu)
      : p.share !== undefined
        ? shareText(t, p.share)
        : memoryTotal === undefined
          ? "?"
          : shareText(t, percentOf(p.memory, memoryTotal));
  return {
    type: "table",
    columns: [
      { head: t("processes-name"), align: "left" },
      { head: t(by === "cpu" ? "processes-cpu" : "processes-share"), align: "right" },
      { head: t("processes-memory"), align: "right" },
    ],
    rows: [
      [second(t("processes-owner")), "", t("processes-age")],
      ...top.flatMap((p) => [
        // Brackets mark a thread of the kernel, as in ps.
        [fitName(p.kernel ? `[${p.name}]` : p.name, NAME_COLUMNS), share(p), sizeText(t, p.memory)],
        [second(`${p.pid} ${p.user}`), "", p.age === undefined ? "?" : shortAgeText(t, p.age)],
      ]),
    ],
  };
}

const second = (text: string) => fitName(`└ ${text}`, NAME_COLUMNS);

/** Counts that are worth a line: a few of either are always there and mean nothing. */
function trouble({ zombies = 0, stuck = 0 }: AnswerOf<typeof processes>, t: Translate): ReplyView["blocks"] {
  const rows = [
    { label: t("processes-stuck"), count: stuck, level: levelOf(processesStuck, stuck) },
    { label: t("processes-zombies"), count: zombies, level: levelOf(processesZombies, zombies) },
  ].filter((row) => row.level !== "ok");
  if (rows.length === 0) return [];
  return [
    {
      type: "facts",
      rows: rows.map(({ label, count, level }) => ({ label, value: [countText(t, count)], level })),
    },
  ];
}
