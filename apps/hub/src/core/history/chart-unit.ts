/** The unit in which a person reads a chart's numbers: chosen by the largest of them, one for the whole chart. */
import type { Translate } from "@servereye/commands/hub";
import type { Measure } from "@servereye/contract";

export interface ChartUnit {
  /** A number of the measure divided by this is one of the chart. */
  by: number;
  /** As it stands behind a number; empty for plain counts. */
  text: string;
}

/** IEC 80000-13. */
const SIZES = ["b", "kib", "mib", "gib", "tib", "pib"] as const;

/** From how many seconds on a longer unit is read more easily: two of it. */
const TIMES = [
  ["days", 86_400],
  ["hours", 3_600],
  ["minutes", 60],
] as const;

/** @param largest the largest number that is shown, in the measure's unit */
export function chartUnit(t: Translate, unit: Measure["unit"], largest: number): ChartUnit {
  const said = (name: string) => t("chart-unit", { unit: name });
  const size = Math.abs(largest);
  switch (unit) {
    case "percent":
    case "celsius":
      return { by: 1, text: said(unit) };
    case "bytes":
    case "bytes_per_second": {
      const power = SIZES.findIndex((_, at) => size < 1000 * 1024 ** at);
      const at = power === -1 ? SIZES.length - 1 : power;
      const text = said(SIZES[at] ?? "b");
      return {
        by: 1024 ** at,
        text: unit === "bytes" ? text : t("chart-unit-a-second", { unit: text }),
      };
    }
    case "seconds": {
      const [name, by] = TIMES.find(([, seconds]) => size >= 2 * seconds) ?? (["seconds", 1] as const);
      return { by, text: said(name) };
    }
    case "per_second":
      return { by: 1, text: t("chart-unit-a-second", { unit: "" }) };
    case "count":
    case "load":
      return { by: 1, text: "" };
  }
}
