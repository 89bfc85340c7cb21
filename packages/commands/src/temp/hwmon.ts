/** Sensors of /sys/class/hwmon (kernel, Documentation/hwmon/sysfs-interface.rst). */
import type { Host } from "../host.ts";
import { isLimit, parseMilli } from "./celsius.ts";
import { type Found, nameOf, numbered, partOf, SENSOR_MS } from "./found.ts";

export const HWMON = "/sys/class/hwmon";

/** The most inputs that are read: two large processors have some 250. */
const MOST_INPUTS = 512;

const INPUT = /^temp(\d+)_input$/;

export interface HwmonFound extends Found {
  /** The driver's own name, without what tells two of its chips apart. */
  driver: string;
  /** The thermal zone this chip was made from: the same sensor, told once more. */
  zone?: string;
}

export async function hwmonSensors(host: Host): Promise<HwmonFound[]> {
  const chips = await Promise.all(
    numbered(host.list(HWMON), /^hwmon(\d+)$/).map((name) => chipOf(host, `${HWMON}/${name}`)),
  );
  // Names that several chips share are numbered in the kernel's order: the second socket is `coretemp #2`.
  const seen = new Map<string, number>();
  for (const chip of chips) {
    const count = (seen.get(chip.name) ?? 0) + 1;
    seen.set(chip.name, count);
    if (count > 1) chip.name = `${chip.name} #${count}`;
  }
  const inputs = chips.flatMap((chip) => chip.inputs.map((input) => ({ chip, input })));
  return Promise.all(inputs.slice(0, MOST_INPUTS).map(({ chip, input }) => inputOf(host, chip, input)));
}

interface Chip {
  folder: string;
  driver: string;
  name: string;
  zone: string | undefined;
  /** All file names of the folder that has the inputs. */
  files: ReadonlySet<string>;
  inputs: string[];
}

async function chipOf(host: Host, link: string): Promise<Chip> {
  const own = host.list(link) ?? [];
  // Old drivers keep their files with the device.
  const folder = own.some((name) => INPUT.test(name)) ? link : `${link}/device`;
  const files = new Set(folder === link ? own : (host.list(folder) ?? []));
  const inputs = numbered([...files], INPUT);
  const [name, oldName] = await Promise.all([
    host.read(`${link}/name`, SENSOR_MS),
    folder === link ? undefined : host.read(`${folder}/name`, SENSOR_MS),
  ]);
  const driver = nameOf(name ?? oldName) || "hwmon";
  const device = host.readLink(`${link}/device`)?.split("/").at(-1) ?? "";
  return {
    folder,
    driver,
    name: placeOf(host, link, driver, device),
    zone: device.startsWith("thermal_zone") ? device : undefined,
    files,
    inputs,
  };
}

/** What a person calls the chip: a drive by its own name, everything else by its driver's. */
function placeOf(host: Host, link: string, driver: string, device: string): string {
  if (driver === "nvme" && /^nvme\d+$/.test(device)) return device;
  const drive = driver === "drivetemp" ? host.list(`${link}/device/block`)?.[0] : undefined;
  return drive === undefined ? driver : nameOf(drive);
}

async function inputOf(host: Host, chip: Chip, input: string): Promise<HwmonFound> {
  const file = input.slice(0, -"_input".length);
  const read = (end: string): Promise<string | undefined> =>
    chip.files.has(`${file}${end}`)
      ? host.read(`${chip.folder}/${file}${end}`, SENSOR_MS)
      : Promise.resolve(undefined);
  const [value, labelText, critText, maxText, fault] = await Promise.all(
    ["_input", "_label", "_crit", "_max", "_fault"].map(read),
  );
  const label = nameOf(labelText) || (chip.inputs.length > 1 ? file : "");
  const celsius = fault?.trim() === "1" ? undefined : parseMilli(value);
  // Where there is no critical limit the highest allowed one is what the maker says.
  const crit = [critText, maxText].map(parseMilli).find(isLimit);
  return {
    chip: chip.name,
    driver: chip.driver,
    label,
    part: partOf(chip.driver, label),
    path: `${chip.folder}/${input}`,
    ...(celsius === undefined ? {} : { celsius }),
    ...(crit === undefined ? {} : { crit }),
    ...(chip.zone === undefined ? {} : { zone: chip.zone }),
  };
}
