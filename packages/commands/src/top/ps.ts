/** What an engine's `ps` tells of the processes in a container. */
import * as z from "zod/mini";
import type { Inside } from "./contract.ts";

/** No arguments of theirs: they may hold secrets. `rss` in KiB, `etimes` in seconds (procps, ps(1)). */
export const PS = "-eo pid,pcpu,rss,etimes,comm";

const Told = z.object({
  Titles: z.array(z.string()),
  Processes: z.catch(z.array(z.array(z.string())), []),
});

/** By the titles it wrote: Podman, and another `ps`, may order them otherwise or leave some out. */
export function parsePs(body: unknown): Inside[] {
  const read = Told.safeParse(body);
  if (!read.success) return [];
  const { Titles, Processes } = read.data;
  const column = (...names: string[]) => Titles.findIndex((title) => names.includes(title.toUpperCase()));
  const [pidAt, cpuAt, rssAt, ageAt, nameAt] = [
    column("PID", "HPID"),
    column("%CPU", "C"),
    column("RSS"),
    column("ELAPSED"),
    column("COMMAND", "CMD", "COMM"),
  ];
  return Processes.flatMap((row) => {
    const [pid, cpu, memory] = [
      Number(row[pidAt]),
      Number.parseFloat(row[cpuAt] ?? ""),
      Number(row[rssAt] ?? 0),
    ];
    if (!Number.isSafeInteger(pid) || pid < 0) return [];
    const age = Number(row[ageAt] ?? Number.NaN);
    // A command line, where it was told after all, gives its program alone.
    const name = (row[nameAt] ?? "?").split(/\s/)[0]?.replace(/^.*\//, "").slice(0, 64).toWellFormed();
    return [
      {
        ...{ pid, name: name || "?" },
        ...(cpu >= 0 ? { cpu } : {}),
        memory: memory > 0 ? memory * 1_024 : 0,
        ...(Number.isSafeInteger(age) && age >= 0 ? { age } : {}),
      },
    ];
  });
}
