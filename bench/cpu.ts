/** Processor time and memory of other processes, from the kernel's own files (proc(5)). Linux only. */
import { readdirSync, readFileSync } from "node:fs";

/** The fields after the name, which may hold spaces and brackets: `ppid` is the second of them. */
function statOf(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** Processor time of all threads that a process has now, ms (schedstat counts in nanoseconds). */
export function cpuMs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const ns = readdirSync(tasks).map((task) =>
    Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]),
  );
  return ns.reduce((sum, each) => sum + each, 0) / 1e6;
}

/**
 * Processor time of a process and all below it, ms, with that of children that ended meanwhile: for a server that
 * starts and ends its own. Theirs is counted in ticks of 10 ms (USER_HZ).
 */
export function treeCpuMs(pid: number): number {
  const [userTicks, systemTicks] = statOf(pid).slice(13, 15).map(Number);
  const alive = treeOf(pid).map((one) => {
    try {
      return cpuMs(one);
    } catch {
      // It ended between the listing and the look: its parent has it now, for the next look.
      return 0;
    }
  });
  return alive.reduce((sum, each) => sum + each, 0) + ((userTicks ?? 0) + (systemTicks ?? 0)) * 10;
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
