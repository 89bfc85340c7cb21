/** The figures of the original's agents as Markdown. */
import { figure } from "../summary.ts";
import { met, type Row, table } from "../table.ts";
import type { OriginalFigures } from "./bench.ts";

const STYLES = { streams: "streams, held 5 s", pubsub: "subscriptions, held 30 s" } as const;

export function originalTable(figures: readonly OriginalFigures[]): string {
  const row = (one: OriginalFigures): Row => [
    `${one.agents}, ${STYLES[one.style]}`,
    figure(one.alone),
    figure(one.idle),
    figure(one.memory / 1_024),
    figure(one.given.p50),
    figure(one.given.p99),
    figure(one.ping.p50),
    figure(one.ping.p99),
  ];
  const most = Math.max(...figures.map(({ idle }) => idle));
  const slowest = Math.max(...figures.map(({ given }) => given.p50));
  return [
    table(
      [
        "agents of the Go original",
        "hub alone, % of a core",
        "with them idle, %",
        "resident for each, KiB",
        "ask to a waiting poll p50, ms",
        "p99, ms",
        "`/ping` p50, ms",
        "p99, ms",
      ],
      figures.map(row),
    ),
    [
      `- Idle, all of them: at most 10 % of a core: ${figure(most)} %, ${met(most, 10)}.`,
      `- An ask reaches a poll that waits within 5 ms: ${figure(slowest)} ms, ${met(slowest, 5)}.`,
    ].join("\n"),
  ].join("\n\n");
}
