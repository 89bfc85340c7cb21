/** stats_container in the chat: two bars, then what flows in and out. */
import { levelOf, type View } from "@servereye/contract";
import { lyingBlock, standingText, subjectButtons, subjectTitle } from "../docker/subject-shown.ts";
import { reading, type Translate } from "../kit.ts";
import { type BarRow, barRow, percentOf, shareText } from "../shown/shares.ts";
import { countText, rateText, sizeText } from "../shown/sizes.ts";
import { type Look, statsContainer } from "./contract.ts";
import { containerMemory, containerThrottled, statsContainerMeasures } from "./measures.ts";
import { messages } from "./messages.ts";

type Rows = Extract<View["blocks"][number], { type: "facts" }>["rows"];

export const statsContainerReading = reading(
  statsContainer,
  ({ subject, restarts, look }, context) => {
    const { t } = context;
    const title = subjectTitle("📊", subject, context);
    const buttons = subjectButtons(t, subject, "stats_container");
    const of = subject.name;
    if (look === undefined) return { title, blocks: [lyingBlock(t, subject)], buttons, still: true, of };
    return {
      title,
      blocks: [
        { type: "bars", rows: barsOf(t, look) },
        {
          type: "facts",
          rows: [
            ...factsOf(t, look),
            { label: t("stats-container-state"), value: [standingText(t, subject)] },
            ...(restarts > 0
              ? [{ label: t("stats-container-restarts"), value: [countText(t, restarts)] }]
              : []),
          ],
        },
        ...(look.cpu === undefined ? [note(t("stats-container-once"))] : []),
      ],
      buttons,
      of,
    };
  },
  messages,
  { named: true, live: true, measures: statsContainerMeasures },
);

const note = (words: string): View["blocks"][number] => ({ type: "note", text: [words] });

function barsOf(t: Translate, look: Look): BarRow[] {
  const { cpu, cpuLimit, processors, memory, memoryLimit, memoryTotal } = look;
  const whole = memoryLimit ?? memoryTotal;
  return [
    // The bar is of what it may use, the number of one processor as everywhere.
    ...(cpu === undefined
      ? []
      : [
          { ...barRow(t, t("stats-container-cpu"), cpu / (cpuLimit ?? processors)), text: shareText(t, cpu) },
        ]),
    ...(memory === undefined || whole === undefined
      ? []
      : [
          barRow(
            t,
            t("stats-container-memory"),
            percentOf(memory, whole),
            // Without a limit of its own the machine's memory is the machine's matter.
            memoryLimit === undefined ? undefined : levelOf(containerMemory, percentOf(memory, memoryLimit)),
          ),
        ]),
  ];
}

function factsOf(t: Translate, look: Look): Rows {
  const { cpuLimit, processors, throttled, memory, memoryLimit, memoryTotal, pids, pidsLimit } = look;
  const row = (label: string, value: string | undefined): Rows =>
    value === undefined ? [] : [{ label: t(`stats-container-${label}`), value: [value] }];
  const whole = memoryLimit ?? memoryTotal;
  const flow = (one: Look["received"]) =>
    one === undefined
      ? undefined
      : one.now === undefined
        ? sizeText(t, one.all)
        : t("stats-container-flow", { now: rateText(t, one.now), all: sizeText(t, one.all) });
  return [
    ...row(
      "limit",
      cpuLimit === undefined ? t("stats-container-no-limit", { cores: processors }) : coresText(t, cpuLimit),
    ),
    ...(throttled === undefined
      ? []
      : [
          {
            label: t("stats-container-throttled"),
            value: [shareText(t, throttled)],
            level: levelOf(containerThrottled, throttled),
          },
        ]),
    ...row(
      memoryLimit === undefined ? "memory" : "memory-limited",
      memory === undefined
        ? undefined
        : whole === undefined
          ? sizeText(t, memory)
          : t("stats-container-of", { part: sizeText(t, memory), whole: sizeText(t, whole) }),
    ),
    ...(look.received === undefined ? row("network", t("stats-container-machines")) : []),
    ...row("received", flow(look.received)),
    ...row("sent", flow(look.sent)),
    ...row("read", flow(look.read)),
    ...row("written", flow(look.written)),
    ...row(
      "pids",
      pids === undefined
        ? undefined
        : pidsLimit === undefined
          ? countText(t, pids)
          : t("stats-container-of", { part: countText(t, pids), whole: countText(t, pidsLimit) }),
    ),
  ];
}

const coresText = (t: Translate, cores: number): string =>
  t("stats-container-cores", { cores: Math.round(cores * 100) / 100 });
