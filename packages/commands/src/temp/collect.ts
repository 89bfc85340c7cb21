/** temp at the agent: all sensors at once, each with its deadline, so that a dead one costs nobody else anything. */
import { Fault } from "@servereye/contract";
import { collector } from "../kit.ts";
import { isSensible } from "./celsius.ts";
import { MOST_SENSORS, MOST_SILENT, type Part, type Sensor, temp } from "./contract.ts";
import type { Found } from "./found.ts";
import { HWMON, hwmonSensors } from "./hwmon.ts";
import { worstFirst } from "./measures.ts";
import { throttledSinceBoot } from "./throttling.ts";
import { coolingNow, THERMAL, thermalZones, withoutDoubles } from "./zones.ts";

export const tempCollector = collector(temp, async (_ask, host) => {
  const [hwmon, zones, slowed] = await Promise.all([
    hwmonSensors(host),
    thermalZones(host),
    coolingNow(host),
  ]);
  const found = [...hwmon, ...withoutDoubles(zones, hwmon)];
  const sensors: Sensor[] = [];
  const silent: Pick<Found, "chip" | "label" | "celsius">[] = [];
  for (const { chip, label, part, celsius, crit } of found) {
    if (isSensible(celsius)) {
      sensors.push({ chip, label, part, celsius, ...(crit === undefined ? {} : { crit }) });
    } else silent.push({ chip, label, ...(celsius === undefined ? {} : { celsius }) });
  }
  sensors.sort(worstFirst);
  const part = bestPart(sensors);
  const counted = sensors.filter((sensor) => part === "other" || sensor.part === part);
  const hottest = counted.toSorted((a, b) => b.celsius - a.celsius)[0];
  if (!hottest) {
    const looked = `${HWMON}/hwmon*/temp*_input, ${THERMAL}/thermal_zone*/temp`;
    throw new Fault("SENSOR_NOT_FOUND", `no temperature: ${silent.length} sensors without a sensible value`, {
      values: { looked, silent: silent.length },
    });
  }
  const throttled = throttledSinceBoot(host);
  return {
    sensors: sensors.slice(0, MOST_SENSORS),
    left: Math.max(0, sensors.length - MOST_SENSORS),
    hottest,
    average: {
      celsius: counted.reduce((sum, { celsius }) => sum + celsius, 0) / counted.length,
      part,
      count: counted.length,
    },
    silent: silent.slice(0, MOST_SILENT),
    silentLeft: Math.max(0, silent.length - MOST_SILENT),
    ...(throttled ? { throttled } : {}),
    ...(slowed ? { slowed } : {}),
  };
});

/** What the hottest and the average are of: cores, else the processor, else all that there is. */
export function bestPart(sensors: ReadonlyArray<Pick<Sensor, "part">>): Part {
  if (sensors.some(({ part }) => part === "core")) return "core";
  return sensors.some(({ part }) => part === "cpu") ? "cpu" : "other";
}
