/** This machine's own figures, read without any code of the product: what answers are held against. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const steps = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** `23.5 GiB` in bytes. NaN for what is no size. */
export function bytesOf(text: string): number {
  const [, number, unit] = /^([\d.]+)\s(B|[KMGTP]iB)$/.exec(text.trim()) ?? [];
  return Number(number) * 1024 ** steps.indexOf(unit ?? "");
}

/** One value of /proc/meminfo, bytes. */
export function meminfo(name: string): number {
  const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  return Number(kib) * 1024;
}

/** What `df` says of a mount point, bytes. */
export function df(mount: string): { type: string; size: number; used: number; available: number } {
  const line = execFileSync("df", ["-PTB1", mount], { encoding: "utf8" }).trim().split("\n").at(-1) ?? "";
  const [, type = "", size, used, available] = line.split(/\s+/);
  return { type, size: Number(size), used: Number(used), available: Number(available) };
}

/** Seconds since the machine was started. */
export const uptime = (): number => Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);

/** Epoch seconds at which it was started. */
export const bootTime = (): number => Number(/^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1]);

/** Load averages as the kernel writes them: 1, 5 and 15 minutes. */
export const loads = (): string[] => readFileSync("/proc/loadavg", "utf8").split(" ").slice(0, 3);

/** Bytes an interface received since the machine was started. */
export const received = (name: string): number =>
  Number(readFileSync(`/sys/class/net/${name}/statistics/rx_bytes`, "utf8"));

/** Interfaces that ever carried anything, without the loopback. */
export const interfaces = (): string[] =>
  readdirSync("/sys/class/net").filter((name) => name !== "lo" && received(name) > 0);

/** Processes there are now. */
export const processCount = (): number => readdirSync("/proc").filter((name) => /^\d+$/.test(name)).length;

/** True when the kernel tells any temperature. */
export function hasSensor(): boolean {
  const list = (folder: string): string[] => {
    try {
      return readdirSync(folder);
    } catch {
      // Not there: a machine without that kind of sensor.
      return [];
    }
  };
  const zones = list("/sys/class/thermal").some((name) => name.startsWith("thermal_zone"));
  const chips = list("/sys/class/hwmon").some((chip) =>
    list(`/sys/class/hwmon/${chip}`).some((file) => /^temp\d+_input$/.test(file)),
  );
  return zones || chips;
}
