/** /proc/diskstats: what whole devices read, write and how busy they are between two looks. */
import type { Host } from "../host.ts";
import { advance } from "../kernel/counter.ts";
import type { DiskDevice } from "./contract.ts";

/** A sector of diskstats is 512 bytes whatever the device's own is (kernel, Documentation/block/stat.rst). */
export const SECTOR = 512;

/** The fastest a wrapped counter is believed to have gone: 16 GiB/s, above what one device does today. */
export const MOST_BYTES_A_MS = (16 * 2 ** 30) / 1_000;

export interface DeviceCounters {
  name: string;
  /** Sectors of 512 bytes since boot. */
  read: number;
  written: number;
  /** Milliseconds with a request in work since boot; 32 bits wide. */
  busyMs: number;
  /** Requests that were completed since boot. */
  reads: number;
  writes: number;
}

type Moved = Pick<DeviceCounters, "name" | "read" | "written" | "busyMs">;

/** Every device and partition of the file by name. Lines of another shape are passed over. */
export function parseDiskstats(text: string): Map<string, DeviceCounters> {
  const devices = new Map<string, DeviceCounters>();
  for (const line of text.split("\n")) {
    const fields = line.split(" ").filter((field) => field !== "");
    const name = fields[2];
    const [reads, read, writes, written, busyMs] = [3, 5, 7, 9, 12].map((at) => counter(fields[at]));
    if (name === undefined || read === undefined || written === undefined || busyMs === undefined) continue;
    devices.set(name, { name, read, written, busyMs, reads: reads ?? 0, writes: writes ?? 0 });
  }
  return devices;
}

const counter = (field: string | undefined): number | undefined =>
  field !== undefined && /^\d{1,20}$/.test(field) ? Number(field) : undefined;

/** Memory and images (loop, ram, zram), drives for discs and floppies, zvols, and paths of one NVMe namespace. */
const NO_DISK = /^(loop|ram|zram|fd|sr|zd)\d+$|^nvme\d+c\d+n\d+$/;

/**
 * The whole devices that do the work: no partitions, and nothing made of other devices (device mapper, md, bcache),
 * which would tell the same bytes twice. One that was never used since boot (an empty nbd) is left out.
 */
export function wholeDevices(host: Host, devices: ReadonlyMap<string, DeviceCounters>): string[] {
  const names = [...devices.keys()];
  // The folder writes `cciss!c0d0` where diskstats has `cciss/c0d0`.
  const blocks = host.list("/sys/block");
  const whole = new Set(blocks?.map((name) => name.replaceAll("!", "/")) ?? names.filter(notPartOf(names)));
  return [...devices.values()]
    .filter(({ name, read, written }) => whole.has(name) && !NO_DISK.test(name) && read + written > 0)
    .map(({ name }) => name)
    .filter((name) => (host.list(`/sys/block/${name.replaceAll("/", "!")}/slaves`) ?? []).length === 0);
}

/** Without /sys: `sda1` is a part of `sda`, `nvme0n1p2` of `nvme0n1`; an `xvda1` without `xvda` is whole. */
const notPartOf =
  (names: readonly string[]) =>
  (name: string): boolean => {
    const [, parent, middle] = /^(.+?)(p?)\d+$/.exec(name) ?? [];
    if (parent === undefined) return true;
    const needsP = /\d$/.test(parent);
    return !(names.includes(parent) && needsP === (middle === "p"));
  };

/** What one device did in `ms`. */
export function deviceRates(before: Moved | undefined, now: Moved, ms: number): DiskDevice {
  if (!before || ms <= 0) return { name: now.name };
  const mostSectors = (MOST_BYTES_A_MS * ms) / SECTOR;
  const read = advance(before.read, now.read, mostSectors);
  const written = advance(before.written, now.written, mostSectors);
  const busyMs = advance(before.busyMs, now.busyMs, ms * 2);
  // One of them that went back says that the device is another one now: the other can not be trusted either.
  if (read === undefined || written === undefined) return { name: now.name };
  return {
    name: now.name,
    read: (read * SECTOR * 1_000) / ms,
    write: (written * SECTOR * 1_000) / ms,
    // By itself: it is counted in ticks on each processor, and can be seen to step back by one.
    ...(busyMs === undefined ? {} : { busy: Math.min(1, busyMs / ms) }),
  };
}
