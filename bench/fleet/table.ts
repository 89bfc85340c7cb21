/** The fleet's figures as Markdown. */
import { figure } from "../summary.ts";
import { met, mib, type Row, table } from "../table.ts";
import type { Fleet, FleetFigures } from "./bench.ts";

const seconds = (ms: number): string => figure(ms / 1_000);
const kib = (bytes: number): string => figure(bytes / 1_024);

const name = (one: FleetFigures): string =>
  `${one.agents.toLocaleString("en")}, ${one.broker}${one.oneAddress ? ", behind one address" : ""}`;

export function fleetTable({ sizes, crowd }: Fleet): string {
  const rest = (one: FleetFigures): Row => [
    name(one),
    ...["hub", "PostgreSQL", "Redis"].map((part) =>
      one.rest[part] === undefined ? "" : figure(one.rest[part]),
    ),
    kib(one.memory.rss),
    kib(one.memory.private),
    figure(one.ping.p50),
    figure(one.ping.p99),
  ];
  const back = (one: FleetFigures): Row => [
    name(one),
    seconds(one.first),
    ...["hub", "PostgreSQL", "Redis"].map((part) =>
      one.come[part] === undefined ? "" : figure(one.come[part]),
    ),
    seconds(one.back.ready),
    ...[one.back.killed, one.back.started].flatMap(({ p50, p95, all }) => [p50, p95, all].map(seconds)),
  ];
  const aims = sizes
    .filter(({ agents }) => agents === 1_000)
    .map(
      (one) =>
        `- ${name(one)}: 95 of 100 back ${seconds(one.back.killed.p95)} s after the kill (at most 5 s: ${met(one.back.killed.p95, 5_000)}).`,
    );
  // What an agent costs beside what the first ones cost: a hub's own rooms grow with its first thousand.
  const largest = sizes.toSorted((a, b) => b.agents - a.agents)[0];
  const most = largest === undefined ? Number.NaN : (largest.rest.hub ?? 0) * (10_000 / largest.agents);
  const memory = largest?.memory.rss ?? Number.NaN;
  return [
    "At rest, with a heartbeat each 10 s: percent of a core; memory for each agent; `/ping` one at a time meanwhile.",
    table(
      [
        "agents",
        "hub, %",
        "PostgreSQL, %",
        "Redis, %",
        "resident, KiB",
        "private, KiB",
        "`/ping` p50, ms",
        "p99, ms",
      ],
      sizes.map(rest),
    ),
    "All dial at once for the first time, and cost so much processor time each; then the hub is killed (SIGKILL) and " +
      "started at once. Seconds:",
    table(
      [
        "agents",
        "first, all in",
        ...["hub, ms each", "PostgreSQL", "Redis"],
        "hub ready",
        ...["kill: p50", "p95", "all"],
        ...["ready: p50", "p95", "all"],
      ],
      sizes.map(back),
    ),
    [
      ...aims,
      `- 10,000 agents at a heartbeat each 10 s on one core: ${figure(most)} % by the largest fleet above, ${met(most, 100)}.`,
      `- The hub with no agent: ${mib(largest?.empty.rss ?? Number.NaN)} resident, ${mib(largest?.empty.private ?? Number.NaN)} private.`,
      `- An agent at most 40 KiB, by the same: ${kib(memory)} KiB, ${met(memory, 40 * 1_024)}.`,
      `- ${crowd.persons.toLocaleString("en")} persons ask at once, over ${crowd.servers} servers: p50 ${figure(crowd.times.p50)} ms, p99 ${figure(crowd.times.p99)} ms, errors 0.`,
    ].join("\n"),
  ].join("\n\n");
}
