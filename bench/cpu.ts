/** Processor time and memory of other processes, from the kernel's own files (proc(5)). Linux only. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** The fields after the name, which may hold spaces and brackets: `ppid` is the second of them. */
function statOf(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** User and system time a process has used, ms; in steps of a clock tick (10 ms as a rule). */
export function cpuMs(pid: number): number {
  let fields: string[];
  try {
    fields = statOf(pid);
  } catch (cause) {
    throw new Error(`process ${pid} ended while it was measured`, { cause });
  }
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond;
}

/** The process and all below it. A process that ends while it is looked at counts no more. */
export function treeOf(pid: number): number[] {
  const below = readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return Number(statOf(Number(name))[1]) === pid;
    } catch {
      // It ended between the listing and the look.
      return false;
    }
  });
  return [pid, ...below.flatMap((child) => treeOf(Number(child)))];
}

/** Bytes: resident in all, and what is this process's alone (what ending it would give back). */
export function memoryOf(pid: number): { rss: number; private: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0);
  return { rss: kib("Rss") * 1_024, private: (kib("Private_Clean") + kib("Private_Dirty")) * 1_024 };
}
