/** processes at the agent: one or two passes over every /proc/<pid>/stat, then a closer look at ten. */
import { type AnswerOf, Fault } from "@servereye/contract";
import type { Host } from "../host.ts";
import { parseUptime } from "../kernel/load.ts";
import { parseMeminfo } from "../kernel/meminfo.ts";
import * as stat from "../kernel/process-stat.ts";
import { tenths } from "../kernel/rounding.ts";
import { collector } from "../kit.ts";
import { type By, type Process, processes, TOP } from "./contract.ts";

/** Ms. At the usual 100 ticks a second a share is good to 2 % of a core. */
const INTERVAL_MS = 500;

/** Some more than are shown: one that ends before the closer look leaves its place to the next. */
const CANDIDATES = TOP + 5;

/** The thread that makes all others of the kernel (kthreadd). */
const KERNEL_PARENT = 2;

/** What newer versions of Node call their first thread, and so every program of theirs: it says nothing. */
const NODE_THREAD = "MainThread";

interface Candidate {
  pid: number;
  stat: stat.ProcessStat;
  name: string;
  /** Ticks in the interval. */
  gone: number;
}

type Earlier = ReadonlyMap<number, { ticks: number; start: number }>;

export const processesCollector = collector(
  processes,
  async (ask, host): Promise<AnswerOf<typeof processes>> => {
    const by: By = ask.by ?? "cpu";
    const from = host.monotonic();
    const earlier: Earlier = by === "cpu" ? times(host) : new Map<number, never>();
    if (by === "cpu") await host.wait(INTERVAL_MS);
    const intervalMs = by === "cpu" ? Math.max(1, host.monotonic() - from) : 0;
    const pass = look(host, by, earlier);
    if (pass.total === 0) throw new Fault("UNSUPPORTED", "/proc shows no process");

    const processors = host.processors();
    const uptimeBytes = host.peek("/proc/uptime");
    const uptime = uptimeBytes && parseUptime(uptimeBytes);
    const share = (gone: number) => {
      const percent = ((gone / host.ticksPerSecond) * 100_000) / intervalMs;
      return tenths(Math.min(percent, processors * 100));
    };
    const top: Process[] = [];
    for (const candidate of pass.candidates) {
      if (top.length === TOP) break;
      const closer = closerLook(host, candidate);
      if (!closer) continue;
      const age = (uptime ?? Number.NaN) - candidate.stat.start / host.ticksPerSecond;
      top.push({
        pid: candidate.pid,
        ...closer,
        state: candidate.stat.state,
        ...(by === "cpu" ? { cpu: share(candidate.gone) } : {}),
        memory: candidate.stat.pages * host.pageSize,
        ...(age >= 0 ? { age: Math.floor(age) } : {}),
      });
    }
    const meminfo = host.peek("/proc/meminfo");
    const memoryTotal = meminfo && parseMeminfo(meminfo).total;
    const { total, zombies, stuck } = pass;
    return {
      by,
      top,
      total,
      zombies,
      stuck,
      processors,
      ...(memoryTotal ? { memoryTotal } : {}),
      intervalMs: Math.round(intervalMs),
    };
  },
);

function* pids(host: Host): Generator<number> {
  for (const name of host.list("/proc") ?? []) {
    const first = name.charCodeAt(0);
    if (first < 0x31 || first > 0x39) continue;
    const pid = Number(name);
    if (Number.isSafeInteger(pid)) yield pid;
  }
}

function times(host: Host): Earlier {
  const times = new Map<number, { ticks: number; start: number }>();
  for (const pid of pids(host)) {
    const bytes = host.peek(`/proc/${pid}/stat`);
    const told = bytes && stat.parseProcessStat(bytes);
    if (told) times.set(pid, { ticks: told.ticks, start: told.start });
  }
  return times;
}

/** One pass over all processes; `candidates` are the first by the asked order, the best first. */
function look(host: Host, by: By, earlier: Earlier) {
  const candidates: Candidate[] = [];
  let total = 0;
  let zombies = 0;
  let stuck = 0;
  const key = (c: Pick<Candidate, "gone" | "stat">) => (by === "cpu" ? c.gone : c.stat.pages);
  // Equal shares, usually none at all, go by memory; equal in both by pid, so that a refresh keeps the order.
  const order = (a: Candidate, b: Candidate) =>
    key(b) - key(a) || b.stat.pages - a.stat.pages || a.pid - b.pid;
  for (const pid of pids(host)) {
    const bytes = host.peek(`/proc/${pid}/stat`);
    const told = bytes && stat.parseProcessStat(bytes);
    if (!told) continue;
    total += 1;
    if (told.state === "Z") zombies += 1;
    if (told.state === "D") stuck += 1;
    const before = earlier.get(pid);
    // Another start: the pid was taken anew within the interval, and all its time is of it. Not seen before: as well.
    const since = before?.start === told.start ? before.ticks : 0;
    const one: Candidate = { pid, stat: told, name: "", gone: Math.max(0, told.ticks - since) };
    const last = candidates[CANDIDATES - 1];
    if (last && order(one, last) >= 0) continue;
    // The name is made into text only here: the bytes are gone with the next peek.
    one.name = stat.processName(bytes, told);
    if (last) candidates.pop();
    candidates.push(one);
    candidates.sort(order);
  }
  return { candidates, total, zombies, stuck };
}

/** Whose it is and its full name; `undefined` when it has ended meanwhile. */
function closerLook(host: Host, { pid, stat: told, name }: Candidate) {
  const status = host.peek(`/proc/${pid}/status`);
  if (!status) return undefined;
  const uid = stat.parseUid(status);
  const user = uid === undefined ? "?" : host.userName(uid);
  const kernel = pid === KERNEL_PARENT || told.parent === KERNEL_PARENT;
  const unnamed = name === NODE_THREAD;
  const cmdline = (unnamed || stat.mayBeCut(told)) && !kernel ? host.peek(`/proc/${pid}/cmdline`) : undefined;
  const program = cmdline ? stat.programOf(cmdline) : "";
  const full = program !== "" && (unnamed || program.startsWith(name)) ? program : name;
  return { name: firstOf(full, 64), kernel, user: firstOf(user, 64) };
}

/** At most `max` UTF-16 units, without half a character at the end. */
function firstOf(text: string, max: number): string {
  return text.length <= max
    ? text
    : text
        .slice(0, max)
        .toWellFormed()
        .replace(/\ufffd$/, "");
}
