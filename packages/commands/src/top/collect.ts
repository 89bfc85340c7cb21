/** top at the agent: the container's own processes by the kernel's files, or by the engine's `ps` where those are not to be seen. */
import type { AnswerOf } from "@servereye/contract";
import { groupOf, processesIn } from "../docker/groups.ts";
import { engineFault } from "../docker/jobs.ts";
import { isUp, lookInto } from "../docker/subject.ts";
import type { Host } from "../host.ts";
import { parseUptime } from "../kernel/load.ts";
import * as stat from "../kernel/process-stat.ts";
import { tenths } from "../kernel/rounding.ts";
import { collector } from "../kit.ts";
import { type Inside, MOST_PROCESSES, type TopBy, top } from "./contract.ts";
import { PS, parsePs } from "./ps.ts";

/** Ms between two looks, as of /processes. */
const INTERVAL_MS = 500;
/** The engine runs `ps` on its machine, ms. */
const PS_MS = 3_000;

type Processes = Pick<AnswerOf<typeof top>, "processes" | "total" | "intervalMs">;

export const topCollector = collector(top, async (ask, host): Promise<AnswerOf<typeof top>> => {
  const by = ask.by ?? "cpu";
  const { subject, inspected } = await lookInto(host, ask.container);
  if (!isUp(subject.state)) return { subject, by, processes: [], total: 0, intervalMs: 0 };
  const group = groupOf(host, inspected.State.Pid, subject.id);
  const own = group && (await byKernel(host, by, () => processesIn(host, group)));
  return { subject, by, ...(own ?? (await byEngine(host, by, subject.id))) };
});

const firstBy = (by: TopBy, all: Inside[]): Inside[] => {
  const key = ({ cpu = 0, memory }: Inside) => (by === "cpu" ? cpu : memory);
  // Equal ones go by memory and then by pid, so that a refresh keeps the order.
  return all.sort((a, b) => key(b) - key(a) || b.memory - a.memory || a.pid - b.pid).slice(0, MOST_PROCESSES);
};

async function byKernel(
  host: Host,
  by: TopBy,
  pids: () => number[] | undefined,
): Promise<Processes | undefined> {
  const first = pids();
  if (first === undefined) return undefined;
  const from = host.monotonic();
  const before = new Map(first.map((pid) => [pid, statOf(host, pid)]));
  await host.wait(INTERVAL_MS);
  const intervalMs = Math.max(1, host.monotonic() - from);
  const uptimeBytes = host.peek("/proc/uptime");
  const uptime = (uptimeBytes && parseUptime(uptimeBytes)) ?? Number.NaN;
  const all = (pids() ?? []).flatMap((pid): Inside[] => {
    const bytes = host.peek(`/proc/${pid}/stat`);
    const told = bytes && stat.parseProcessStat(bytes);
    if (!bytes || !told) return [];
    const name = stat.processName(bytes, told);
    const earlier = before.get(pid);
    // Another start: the number was taken anew within the interval, and all its time is of it.
    const since = earlier?.start === told.start ? earlier.ticks : 0;
    const age = uptime - told.start / host.ticksPerSecond;
    return [
      {
        ...{ pid, name: programName(host, pid, name, told) },
        cpu: tenths((Math.max(0, told.ticks - since) / host.ticksPerSecond / intervalMs) * 100_000),
        memory: told.pages * host.pageSize,
        ...(age >= 0 ? { age: Math.floor(age) } : {}),
      },
    ];
  });
  return { processes: firstBy(by, all), total: all.length, intervalMs: Math.round(intervalMs) };
}

function statOf(host: Host, pid: number): stat.ProcessStat | undefined {
  const bytes = host.peek(`/proc/${pid}/stat`);
  return bytes && stat.parseProcessStat(bytes);
}

/** In full where the kernel cut it, by the first word of its command line alone. */
function programName(host: Host, pid: number, name: string, told: stat.ProcessStat): string {
  const cmdline = stat.mayBeCut(told) ? host.peek(`/proc/${pid}/cmdline`) : undefined;
  const program = cmdline ? stat.programOf(cmdline) : "";
  return (program.startsWith(name) ? program : name).slice(0, 64).toWellFormed();
}

async function byEngine(host: Host, by: TopBy, id: string): Promise<Processes> {
  try {
    const { body } = await host.docker.engine.call({
      ...{ route: "container.top", path: { id }, query: { ps_args: PS } },
      deadlineMs: PS_MS,
    });
    const all = parsePs(body);
    return { processes: firstBy(by, all), total: all.length, intervalMs: 0 };
  } catch (error) {
    throw engineFault(error);
  }
}
