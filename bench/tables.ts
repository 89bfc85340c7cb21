/** Results as Markdown tables, one for each bench. */
import type { AgentCost, Memory } from "./agent.ts";
import type { ChartsTime, LoopDelay } from "./charts.ts";
import type { ContainersTime } from "./docker/containers.ts";
import type { AgentAtRest, EventsCost } from "./docker/events.ts";
import type { LogsCost } from "./docker/logs.ts";
import type { Fleet } from "./fleet/bench.ts";
import { fleetTable } from "./fleet/table.ts";
import type { SamplingCost } from "./history/sampling.ts";
import { samplingTable, tiersTable } from "./history/table.ts";
import type { HistoryTiers } from "./history/tiers.ts";
import type { OriginalFigures } from "./original/bench.ts";
import { originalTable } from "./original/table.ts";
import type { RoundTrips } from "./round-trip/bench.ts";
import type { TwoHubs } from "./round-trip/two-hubs.ts";
import type { StartTime } from "./start.ts";
import type { StoreTimes } from "./store.ts";
import { figure, type Summary } from "./summary.ts";
import { met, mib, type Row, table, times } from "./table.ts";

export interface Results {
  "round-trip": RoundTrips;
  redis: TwoHubs;
  fleet: Fleet;
  original: OriginalFigures[];
  store: StoreTimes[];
  agent: AgentCost;
  start: StartTime[];
  containers: ContainersTime;
  logs: LogsCost;
  events: EventsCost;
  charts: ChartsTime;
  history: HistoryTiers;
  sampling: SamplingCost;
}
export type Name = keyof Results;

const OWN = "`/ping`, each a server of their own";

function roundTrip({ floor, commands, own, besideOffline }: RoundTrips): string {
  const rows = (["single", "together"] as const).flatMap((how) => {
    const atOnce = how === "single" ? "1" : "100";
    const base = floor[how];
    const row = (what: string, { count, p50, p99 }: Summary): Row => [
      what,
      atOnce,
      String(count),
      figure(p50),
      figure(p99),
      times(p50, base.p50),
      times(p99, base.p99),
    ];
    const asked = commands.map((one) => row(`\`${one.command}\``, one[how]));
    return [row("the floor", base), ...asked, row(OWN, own[how])];
  });
  const single = Math.max(...commands.map((one) => one.single.p50));
  const together = Math.max(...commands.map((one) => one.together.p99));
  const processes = Object.keys(commands[0]?.cpu ?? {});
  const cpu = (what: string, used: Record<string, number>): Row => [
    what,
    ...processes.map((name) => (used[name] === undefined ? "" : figure(used[name]))),
    figure(Object.values(used).reduce((sum, each) => sum + each, 0)),
  ];
  const { memory, offline } = besideOffline;
  return [
    table(["", "at a time", "messages", "p50, ms", "p99, ms", "p50 to floor", "p99 to floor"], rows),
    [
      `- p50 at most 5 ms, 1 at a time: ${figure(single)} ms, ${met(single, 5)}.`,
      `- p99 at most 50 ms, 100 at a time: ${figure(together)} ms, ${met(together, 50)}.`,
      `- The same when each asks a server of their own: p99 ${figure(own.together.p99)} ms, ${met(own.together.p99, 50)}.`,
      `- While each \`/memory\` has an offline server asked beside it: p50 ${figure(memory.p50)} ms, p99 ${figure(memory.p99)} ms;`,
      `  "offline" is told after p50 ${figure(offline.p50)} ms, p99 ${figure(offline.p99)} ms (at most 100 ms: ${met(offline.p99, 100)}).`,
    ].join("\n"),
    "Processor time for one message, ms, when a hundred come at once:",
    table(
      ["", ...processes, "in all"],
      [
        cpu("the floor", floor.cpu),
        ...commands.map((one) => cpu(`\`${one.command}\``, one.cpu)),
        cpu(OWN, own.cpu),
      ],
    ),
  ].join("\n\n");
}

function twoHubs({ floor, ping }: TwoHubs): string {
  const processes = Object.keys(ping.cpu);
  const rows = (["single", "together"] as const).flatMap((how) =>
    (
      [
        ["the floor", floor],
        ["`/ping`", ping],
      ] as const
    ).map(([what, measured]): Row => {
      const { count, p50, p99 } = measured[how];
      const base = floor[how];
      const ratios = [times(p50, base.p50), times(p99, base.p99)];
      return [what, how === "single" ? "1" : "100", String(count), figure(p50), figure(p99), ...ratios];
    }),
  );
  const cpu = (what: string, used: Record<string, number>): Row => [
    what,
    ...processes.map((name) => (used[name] === undefined ? "" : figure(used[name]))),
  ];
  return [
    table(["", "at a time", "messages", "p50, ms", "p99, ms", "p50 to floor", "p99 to floor"], rows),
    "Processor time for one message, ms, when a hundred come at once:",
    table(["", ...processes], [cpu("the floor", floor.cpu), cpu("`/ping`", ping.cpu)]),
  ].join("\n\n");
}

const store = (statements: StoreTimes[]): string =>
  table(
    ["", "1 at a time: p50, ms", "p99, ms", "100 at a time: p50, ms", "p99, ms"],
    statements.map(({ what, single, together }) => [
      what,
      ...[single.p50, single.p99, together.p50, together.p99].map(figure),
    ]),
  );

function agent(cost: AgentCost): string {
  const memory = (what: string, { rss, private: own }: Memory): Row => [what, mib(rss), mib(own)];
  return [
    table(
      ["", "resident", "private"],
      [
        memory("the agent at rest", cost.rest),
        memory("with a sample each second", cost.busy),
        memory("a Node that does nothing", cost.empty),
      ],
    ),
    [
      `- A sample of \`processes\`, \`cpu\` and \`memory\`: ${figure(cost.sampleCpuMs)} ms of processor time (${cost.samples} samples).`,
      `- At rest, with heartbeats: ${figure(cost.restCpuMs)} ms a second, ${figure(cost.restCpuMs / 10)} % of a core (over ${cost.seconds} s).`,
    ].join("\n"),
  ].join("\n\n");
}

function start(kinds: StartTime[]): string {
  const nothing = kinds[0]?.median ?? Number.NaN;
  const slowest = Math.max(...kinds.map((kind) => kind.median));
  return [
    table(
      ["", "median, ms", "longest, ms", "to `node -e 0`"],
      kinds.map((kind) => [
        kind.what,
        figure(kind.median),
        figure(kind.longest),
        times(kind.median, nothing),
      ]),
    ),
    `- Warm start at most 3 s: ${figure(slowest / 1_000)} s, ${met(slowest, 3_000)} (${kinds[0]?.runs} runs).`,
  ].join("\n\n");
}

function containers({ containers: count, first, answers, bare }: ContainersTime): string {
  const row = (what: string, { count: asked, p50, p99 }: Summary): Row => [
    what,
    String(asked),
    figure(p50),
    figure(p99),
    times(p50, bare.p50),
  ];
  return [
    table(
      ["", "questions", "p50, ms", "p99, ms", "p50 to bare"],
      [row("the engine's bare list", bare), row(`\`/containers\`, ${count} of them`, answers)],
    ),
    `- The first question of all, with two readings of each: ${figure(first)} ms.`,
  ].join("\n\n");
}

function logs({ rest, logs: each }: LogsCost): string {
  const rows = each.map(({ size, answers, most }): Row => {
    const grown = mib(Math.max(0, most - rest));
    return [mib(size), String(answers.count), figure(answers.p50), figure(answers.max), mib(most), grown];
  });
  return [
    table(["log", "questions", "p50, ms", "max, ms", "agent at most", "above before"], rows),
    `- The agent before the first log: ${mib(rest)}.`,
  ].join("\n\n");
}

function events({ seconds, containers, checked, following, without }: EventsCost): string {
  const row = (what: string, { cpuMs, rss }: AgentAtRest): Row => [what, figure(cpuMs), mib(rss)];
  const rows = [row("following an engine's events", following), row("without Docker", without)];
  return [
    table(["agent at rest", "processor ms a second", "memory"], rows),
    `- ${containers} containers ran, ${checked} of them with a health check each second; ${seconds} s.`,
  ].join("\n\n");
}

function charts({ first, kept, kinds, idle, busy, memory }: ChartsTime): string {
  const rows = kinds.map(
    ({ servers, times: { count, p50, p99 }, bytes }): Row => [
      servers === 1 ? "one server" : `${servers} servers compared`,
      String(count),
      figure(p50),
      figure(p99),
      `${Math.round(bytes / 1_024)} KiB`,
    ],
  );
  const delay = ({ p99, max }: LoopDelay) => `p99 ${figure(p99)} ms, at most ${figure(max)} ms`;
  return [
    table(["a day as a picture", "pictures", "p50, ms", "p99, ms", "size"], rows),
    [
      `- The first of all, with the start of its thread: ${figure(first)} ms. One that is kept: ${figure(kept)} ms.`,
      `- Event loop of the hub's own thread meanwhile: ${delay(busy)}; with nothing to draw: ${delay(idle)}.`,
      `- Memory of the whole process: ${mib(memory.before)} before, ${mib(memory.after)} after all of them, at most ${mib(memory.most)}.`,
    ].join("\n"),
  ].join("\n\n");
}

export function tableOf<N extends Name>(name: N, result: Results[N]): string {
  const makers: { [K in Name]: (result: Results[K]) => string } = {
    "round-trip": roundTrip,
    redis: twoHubs,
    fleet: fleetTable,
    history: tiersTable,
    sampling: samplingTable,
    original: originalTable,
    store,
    agent,
    start,
    containers,
    logs,
    events,
    charts,
  };
  return makers[name](result);
}
