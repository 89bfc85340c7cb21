/** A sensor as it was found, before it is known whether it tells anything. */
import { plainName } from "../shown/names.ts";
import type { Part } from "./contract.ts";

export interface Found {
  chip: string;
  label: string;
  part: Part;
  /** °C as claimed, sensible or not; absent when it gave no answer or says itself that it is broken. */
  celsius?: number;
  crit?: number;
  /** The file that is read for it. */
  path: string;
}

/** How long one sensor file may take, ms. Most take microseconds; those behind an embedded controller do not. */
export const SENSOR_MS = 800;

/** A name from the kernel on one line and of bounded length. */
export const nameOf = (text: string | undefined): string =>
  [...plainName((text ?? "").trim())].slice(0, 48).join("");

/** Numbered names of a folder in the order of their numbers: `hwmon2` before `hwmon10`. */
export function numbered(names: readonly string[] | undefined, pattern: RegExp): string[] {
  const number = (name: string) => Number(pattern.exec(name)?.[1]);
  return (names ?? []).filter((name) => pattern.test(name)).sort((a, b) => number(a) - number(b));
}

/** Chips whose readings are the processor's. */
const CPU_CHIP =
  /^(coretemp|k8temp|k10temp|zenpower|via_cputemp|cpu|x86_pkg_temp|soc|cluster|bigcore|littlecore)/i;

export function partOf(chip: string, label: string): Part {
  if (/^coretemp\b/.test(chip) && /^Core \d+$/.test(label)) return "core";
  // CPU cores of device-tree systems are zones of their own: cpu0-thermal, cpu-1-0-thermal.
  if (/^cpu-?\d/i.test(chip)) return "core";
  return CPU_CHIP.test(chip) || /\bCPU|^PECI|^Tdie|^Tctl/i.test(label) ? "cpu" : "other";
}
