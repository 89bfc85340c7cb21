/** Sensors of /sys/class/thermal, less those that hwmon tells already, and the cooling that answers to them. */
import type { Host } from "../host.ts";
import { isLimit, isSensible, parseMilli, parseZone } from "./celsius.ts";
import { type Found, nameOf, numbered, partOf, SENSOR_MS } from "./found.ts";
import type { HwmonFound } from "./hwmon.ts";

export const THERMAL = "/sys/class/thermal";

/** The most zones and cooling devices that are read. */
const MOST_ZONES = 128;

interface ZoneFound extends Found {
  zone: string;
}

export async function thermalZones(host: Host): Promise<ZoneFound[]> {
  const names = numbered(host.list(THERMAL), /^thermal_zone(\d+)$/).slice(0, MOST_ZONES);
  const zones = await Promise.all(names.map((zone) => zoneOf(host, zone)));
  const seen = new Map<string, number>();
  for (const zone of zones) {
    const count = (seen.get(zone.chip) ?? 0) + 1;
    seen.set(zone.chip, count);
    if (count > 1) zone.chip = `${zone.chip} #${count}`;
  }
  return zones;
}

async function zoneOf(host: Host, zone: string): Promise<ZoneFound> {
  const folder = `${THERMAL}/${zone}`;
  const [type, value, crit] = await Promise.all([
    host.read(`${folder}/type`, SENSOR_MS),
    host.read(`${folder}/temp`, SENSOR_MS),
    criticalTrip(host, folder),
  ]);
  const chip = nameOf(type) || zone;
  const celsius = parseZone(value);
  return {
    zone,
    chip,
    label: "",
    part: partOf(chip, ""),
    path: `${folder}/temp`,
    ...(celsius === undefined ? {} : { celsius }),
    ...(crit === undefined ? {} : { crit }),
  };
}

async function criticalTrip(host: Host, folder: string): Promise<number | undefined> {
  const types = numbered(host.list(folder), /^trip_point_(\d+)_type$/).slice(0, 16);
  const trips = await Promise.all(
    types.map(async (name) => {
      if ((await host.read(`${folder}/${name}`, SENSOR_MS))?.trim() !== "critical") return undefined;
      return parseMilli(await host.read(`${folder}/${name.replace("type", "temp")}`, SENSOR_MS));
    }),
  );
  return trips.find(isLimit);
}

/**
 * The zones that are no doubles. hwmon makes a chip of each type of zone (its device is the zone, or it has the
 * type as its name with `_` for `-`), and x86_pkg_temp is coretemp's "Package id" by another way. A double whose
 * hwmon side is silent while the zone speaks is kept.
 */
export function withoutDoubles(zones: readonly ZoneFound[], hwmon: readonly HwmonFound[]): ZoneFound[] {
  const fold = (name: string) => name.replaceAll("-", "_").replace(/ #\d+$/, "");
  return zones.filter((zone) => {
    const twins = hwmon.filter(
      (sensor) =>
        sensor.zone === zone.zone ||
        fold(sensor.driver) === fold(zone.chip) ||
        (fold(zone.chip) === "x86_pkg_temp" && /^Package id/.test(sensor.label)),
    );
    if (twins.length === 0) return true;
    return isSensible(zone.celsius) && !twins.some(({ celsius }) => isSensible(celsius));
  });
}

/** How many of the processor's cooling devices hold it back now. `undefined` where the kernel has none. */
export async function coolingNow(host: Host): Promise<{ now: number; of: number } | undefined> {
  const names = numbered(host.list(THERMAL), /^cooling_device(\d+)$/).slice(0, MOST_ZONES);
  const states = await Promise.all(
    names.map(async (name) => {
      const type = await host.read(`${THERMAL}/${name}/type`, SENSOR_MS);
      if (!/^(Processor|cpufreq|thermal-cpufreq)/.test(type ?? "")) return undefined;
      return Number((await host.read(`${THERMAL}/${name}/cur_state`, SENSOR_MS)) ?? Number.NaN);
    }),
  );
  const known = states.filter((state) => state !== undefined && Number.isFinite(state));
  return known.length > 0
    ? { now: known.filter((state) => (state ?? 0) > 0).length, of: known.length }
    : undefined;
}
