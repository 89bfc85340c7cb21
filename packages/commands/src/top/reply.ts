/** top in the chat: two lines for each process, as of /processes. */

import { isUp } from "../docker/subject.ts";
import { lyingBlock, subjectButtons, subjectTitle } from "../docker/subject-shown.ts";
import { reading, type Translate } from "../kit.ts";
import { shortAgeText } from "../shown/ages.ts";
import { fitName } from "../shown/names.ts";
import { shareText } from "../shown/shares.ts";
import { sizeText } from "../shown/sizes.ts";
import { type Inside, top } from "./contract.ts";
import { messages } from "./messages.ts";

/** Columns: 16 for the name, 6 for the share, 9 for the size and two between each make 35. */
const NAME_COLUMNS = 16;

export const topReading = reading(
  top,
  ({ subject, by, processes, total, intervalMs }, context) => {
    const { t } = context;
    const buttons = subjectButtons(t, subject, "top");
    const title = subjectTitle("📋", subject, context);
    if (!isUp(subject.state)) return { title, blocks: [lyingBlock(t, subject)], buttons };
    const other = by === "cpu" ? "memory" : "cpu";
    const how = intervalMs > 0 ? t("top-how", { ms: intervalMs }) : t("top-how-ps");
    return {
      title,
      blocks: [
        {
          type: "table",
          columns: [
            { head: t("top-name"), align: "left" },
            { head: t("top-cpu"), align: "right" },
            { head: t("top-memory"), align: "right" },
          ],
          rows: processes.flatMap((one) => rowsOf(t, one)),
        },
        { type: "note", text: [`${t("top-total", { count: total })} ${how}`] },
      ],
      buttons: [
        [{ label: t(`top-by-${other}`), command: top.name, ask: { container: subject.id, by: other } }],
        ...buttons,
      ],
    };
  },
  messages,
  { named: true },
);

const rowsOf = (t: Translate, { pid, name, cpu, memory, age }: Inside): string[][] => [
  [fitName(name, NAME_COLUMNS), cpu === undefined ? "?" : shareText(t, cpu), sizeText(t, memory)],
  [`└ ${pid}`, "", age === undefined ? "" : shortAgeText(t, age)],
];
