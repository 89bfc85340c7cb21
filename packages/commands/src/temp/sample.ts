/** temp in samples: each sensor that told something when they were looked for, and their mean. */
import type { Host } from "../host.ts";
import { put } from "../kernel/measured.ts";
import type { Sampler, Values } from "../kit.ts";
import { isSensible, parseMilli, parseZone } from "./celsius.ts";
import { bestPart } from "./collect.ts";
import { MOST_SENSORS, type Part } from "./contract.ts";
import { numbered, SENSOR_MS } from "./found.ts";
import { HWMON, hwmonSensors } from "./hwmon.ts";
import { tempAverage, tempCelsius } from "./measures.ts";
import { THERMAL, thermalZones, withoutDoubles } from "./zones.ts";

/** Sensors are looked for anew after this, ms, and when chips come or go: names and limits are files of their own. */
const LOOK_MS = 300_000;

interface Known {
  name: string;
  part: Part;
  path: string;
  parse: (text: string | undefined) => number | undefined;
}

export const tempSampler: Sampler = {
  measures: [tempCelsius, tempAverage],
  start(host) {
    let known: Known[] = [];
    let there: string | undefined;
    let lookedAt = 0;
    return async () => {
      const now = placesOf(host);
      if (now !== there || host.monotonic() - lookedAt >= LOOK_MS) {
        there = now;
        lookedAt = host.monotonic();
        known = await sensorsOf(host);
      }
      const read = await Promise.all(
        known.map(async ({ path, parse, ...sensor }) => ({
          ...sensor,
          celsius: parse(await host.read(path, SENSOR_MS)),
        })),
      );
      const values: Values = [];
      const told = read.flatMap(({ name, part, celsius }) =>
        isSensible(celsius) ? [{ name, part, celsius }] : [],
      );
      for (const { name, celsius } of told) put(values, tempCelsius, celsius, name);
      const best = bestPart(told);
      const counted = told.filter(({ part }) => best === "other" || part === best);
      const sum = counted.reduce((all, { celsius }) => all + celsius, 0);
      if (counted.length > 0) put(values, tempAverage, sum / counted.length);
      return values;
    };
  },
};

const placesOf = (host: Host): string =>
  [
    ...numbered(host.list(HWMON), /^hwmon(\d+)$/),
    ...numbered(host.list(THERMAL), /^thermal_zone(\d+)$/),
  ].join(" ");

/** Those that tell something: one that is dead or hangs is let be until they are looked for again. */
async function sensorsOf(host: Host): Promise<Known[]> {
  const [hwmon, zones] = await Promise.all([hwmonSensors(host), thermalZones(host)]);
  const found = [
    ...hwmon.map((one) => ({ ...one, parse: parseMilli })),
    ...withoutDoubles(zones, hwmon).map((one) => ({ ...one, parse: parseZone })),
  ];
  const seen = new Map<string, number>();
  return found
    .filter(({ celsius }) => isSensible(celsius))
    .slice(0, MOST_SENSORS)
    .map(({ chip, label, part, path, parse }) => {
      const plain = label === "" ? chip : `${chip} ${label}`;
      const count = (seen.get(plain) ?? 0) + 1;
      seen.set(plain, count);
      return { name: count > 1 ? `${plain} #${count}` : plain, part, path, parse };
    });
}
