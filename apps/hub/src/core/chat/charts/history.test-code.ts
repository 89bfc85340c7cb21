/** A history for tests of charts: numbers made of a rule, and what was asked of it. */
import type { Series } from "@servereye/contract";
import type { HistoryQuery, Line } from "../../ports/history.ts";
import type { ChatHistory } from "../deps.ts";

/** What one series is at a moment; null: not measured. */
export type Rule = (at: number) => number | null;

export interface RuledHistory extends ChatHistory {
  readonly asked: HistoryQuery[];
  /** `<server> <key>[ <of>]`. */
  readonly rules: Map<string, Rule>;
}

export function ruledHistory(rules: Record<string, Rule | number> = {}): RuledHistory {
  const asked: HistoryQuery[] = [];
  const all = new Map(
    Object.entries(rules).map(([name, rule]): [string, Rule] => [
      name,
      typeof rule === "number" ? () => rule : rule,
    ]),
  );
  const parts = (name: string): { serverId: string; series: Series } => {
    const [serverId = "", key = "", ...of] = name.split(" ");
    return { serverId, series: { key, ...(of.length === 0 ? {} : { of: of.join(" ") }) } };
  };
  const measured = (rule: Rule, from: number, to: number, stepMs: number) =>
    Array.from({ length: Math.floor((to - from) / stepMs) }, (_, n) => {
      const at = from + n * stepMs;
      const value = rule(at);
      return {
        at,
        value: value === null ? null : { min: value, max: value, avg: value, last: value, count: 1 },
      };
    });
  return {
    asked,
    rules: all,
    async query(query) {
      asked.push(query);
      const { serverIds, series, from, to, points } = query;
      const stepMs = Math.max(10_000, Math.ceil((to - from) / points));
      return [...all].flatMap(([name, rule]): Line[] => {
        const one = parts(name);
        const wanted = series.some(
          ({ key, of }) => key === one.series.key && (of === undefined || of === one.series.of),
        );
        if (!wanted || !serverIds.includes(one.serverId)) return [];
        return [{ ...one, stepMs, points: measured(rule, from, to, stepMs) }];
      });
    },
    async latest(serverIds, key) {
      return [...all].flatMap(([name, rule]) => {
        const one = parts(name);
        const value = rule(0);
        if (one.series.key !== key || !serverIds.includes(one.serverId) || value === null) return [];
        return [{ ...one, at: 0, value }];
      });
    },
    async series(serverId) {
      return [...all.keys()].map(parts).flatMap((one) => (one.serverId === serverId ? [one.series] : []));
    },
  };
}
