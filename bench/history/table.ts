/** What the bench of history in the store found, as tables. */
import { figure } from "../summary.ts";
import { met, mib, type Row, table } from "../table.ts";
import type { Cost, SamplingCost } from "./sampling.ts";
import { type HistoryTiers, VALUES } from "./tiers.ts";

/** Bytes of a year at the default retention: parts go whole, so a day, a week and 28 days more than is asked for. */
const yearOf = ({ hot, sealed, rolledDay }: HistoryTiers): number =>
  (4 * hot + 37 * sealed) * 8_640 * VALUES + 365 * rolledDay;

export function tiersTable(found: HistoryTiers): string {
  const { samples, ingest, copy, hot, sealed, steps, held, queries } = found;
  const year = yearOf(found) / 1e6;
  return [
    table(
      [`${samples} samples of ${VALUES} values`, "samples a second", "of COPY"],
      [
        ["kept, each once", figure(ingest), figure(ingest / copy)],
        ["PostgreSQL's COPY of the same rows", figure(copy), "1"],
      ],
    ),
    table(
      ["what is kept", "bytes", "aim", ""],
      [
        ["a value as it came", figure(hot), "12", met(hot, 12)],
        ["a sealed value", figure(sealed), "1", met(sealed, 1)],
        [`a server's year, ${VALUES} measures each 10 s`, `${figure(year)} MB`, "100 MB", met(year, 100)],
      ],
    ),
    table(
      ["steps of sealing and rolling up", "ms, p50", "ms, most", "loop held at once, ms of processor", "aim"],
      [[String(steps.count), figure(steps.p50), figure(steps.max), figure(held), `20, ${met(held, 20)}`]],
    ),
    table(
      ["asked, at 100 servers' history", "p50, ms", "p99, ms", "aim", ""],
      queries.map(({ what, most, took }) => [
        ...[what, figure(took.p50), figure(took.p99)],
        ...(most === undefined ? ["–", ""] : [String(most), met(took.p50, most)]),
      ]),
    ),
  ].join("\n\n");
}

export function samplingTable({ processes, seconds, agent, without, exporter }: SamplingCost): string {
  const row = (what: string, { cpu, rss, private: own }: Cost): Row => [
    what,
    figure(cpu),
    mib(rss),
    mib(own),
  ];
  return [
    table(
      [`${processes} processes more, ${seconds} s`, "processor ms a second", "resident", "private"],
      [
        row("the agent, a sample each second", agent),
        row("the agent, nothing measured unasked", without),
        ...(exporter === undefined ? [] : [row("node-exporter, scraped each second", exporter)]),
      ],
    ),
    `- A sample costs ${figure(agent.cpu - without.cpu)} ms of processor time: each 10 s, ${figure((agent.cpu - without.cpu) / 100)} % of a core.`,
  ].join("\n\n");
}
