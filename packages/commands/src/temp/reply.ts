/** temp in the chat: what matters first (the processor, throttling), then each sensor, those in trouble first. */
import type { AnswerOf, View } from "@servereye/contract";
import type { ReplyContext, Translate } from "../kit.ts";
import { reading } from "../kit.ts";
import { plainName } from "../shown/names.ts";
import { fitPath } from "../shown/paths.ts";
import { type Sensor, temp } from "./contract.ts";
import { tempLevel, tempMeasures, worstFirst } from "./measures.ts";
import { messages } from "./messages.ts";

/** How many sensors a phone shows without scrolling for ever. */
const SHOWN_SENSORS = 12;
const SHOWN_SILENT = 4;

/** Columns for a sensor's name: a phone's 35 less the level dot, the colon and `100.0 °C`. */
const NAME_COLUMNS = 21;

/** The same for a sensor's name behind a label of its own. */
const SENSOR_COLUMNS = 27;

type Answer = AnswerOf<typeof temp>;
type Facts = Extract<View["blocks"][number], { type: "facts" }>["rows"];

export const tempReading = reading(
  temp,
  (answer, { t, server }: ReplyContext) => {
    const shown = [...answer.sensors].sort(worstFirst).slice(0, SHOWN_SENSORS);
    const more = answer.left + answer.sensors.length - shown.length;
    return {
      title: t("temp-title", { server: plainName(server.name) }),
      blocks: [
        { type: "facts", rows: summaryRows(t, answer) },
        ...(answer.original
          ? [note(t("temp-original"))]
          : [
              { type: "heading" as const, text: t("temp-sensors") },
              { type: "facts" as const, rows: shown.map((sensor) => sensorRow(t, sensor)) },
            ]),
        ...(more > 0 ? [note(t("temp-more", { count: more }))] : []),
        ...silentNote(t, answer),
      ],
    };
  },
  messages,
  { measures: tempMeasures },
);

const note = (text: string): View["blocks"][number] => ({ type: "note", text: [text] });

const celsiusText = (t: Translate, celsius: number): string => t("temp-celsius", { value: celsius });

/** Shortened in the middle where it is long: chip and label both count. */
const nameText = ({ chip, label }: Pick<Sensor, "chip" | "label">): string =>
  // "Core 0" and "Package id 0" say enough by themselves; other labels need their chip.
  label === "" || chip === "coretemp" ? label || chip : `${chip} ${label}`;

function summaryRows(t: Translate, answer: Answer): Facts {
  const { hottest, average, throttled, slowed } = answer;
  const rows: Facts = [
    {
      label: t(`temp-hottest-${hottest.part}`),
      value: [
        answer.original
          ? celsiusText(t, hottest.celsius)
          : t("temp-hottest-value", {
              celsius: celsiusText(t, hottest.celsius),
              name: fitPath(nameText(hottest), 14),
            }),
      ],
      level: tempLevel(hottest),
    },
  ];
  // Its only one: there is room for the whole name.
  if (answer.original && nameText(hottest) !== "")
    rows.push({ label: t("temp-sensor"), value: [fitPath(nameText(hottest), SENSOR_COLUMNS)] });
  if (average.count > 1) {
    const celsius = celsiusText(t, average.celsius);
    rows.push({
      label: t("temp-average"),
      value: [t(`temp-average-${average.part}`, { celsius, count: average.count })],
    });
  }
  if (throttled) {
    const count = Math.max(throttled.core, throttled.package);
    rows.push({
      label: t("temp-throttled"),
      value: [count === 0 ? t("temp-throttled-none") : t("temp-throttled-times", { count })],
    });
  }
  if (slowed && slowed.now > 0) {
    rows.push({ label: t("temp-slowed"), value: [t("temp-slowed-value", slowed)], level: "bad" });
  }
  return rows;
}

function sensorRow(t: Translate, sensor: Sensor): Facts[number] {
  const level = tempLevel(sensor);
  const celsius = celsiusText(t, sensor.celsius);
  // Which limit it is near says whether to run.
  const value =
    level === "ok" || sensor.crit === undefined
      ? celsius
      : t("temp-celsius-limit", { celsius, limit: sensor.crit });
  return { label: fitPath(nameText(sensor), NAME_COLUMNS), value: [value], level };
}

function silentNote(t: Translate, { silent, silentLeft }: Answer): View["blocks"] {
  if (silent.length === 0) return [];
  const names = silent.slice(0, SHOWN_SILENT).map((sensor) => {
    const name = fitPath(nameText(sensor), NAME_COLUMNS);
    return sensor.celsius === undefined ? name : `${name} (${celsiusText(t, sensor.celsius)})`;
  });
  const count = silentLeft + silent.length - names.length;
  const listed = names.join(", ");
  return [
    note(t("temp-silent", { names: count > 0 ? t("temp-silent-more", { names: listed, count }) : listed })),
  ];
}
