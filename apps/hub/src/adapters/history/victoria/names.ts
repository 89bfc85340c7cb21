/** Series by VictoriaMetrics' names and back: `cpu.usage` is `servereye_cpu_usage`, its thing the label `of`. */
import type { Series } from "@servereye/contract";
import { metricName } from "../../../core/history/metric.ts";

/** Labels of a series. `measure` is the key itself: two keys could make one name, and no name tells its key. */
export interface Labels {
  __name__: string;
  measure: string;
  server: string;
  of?: string;
}

export const labelsOf = (server: string, { key, of }: Series): Labels => ({
  ...{ __name__: metricName(key), measure: key, server },
  ...(of === undefined ? {} : { of: of.toWellFormed() }),
});

/** Undefined for labels that are not a series of ours. */
export function seriesOf(
  labels: Readonly<Record<string, string>>,
): { serverId: string; series: Series } | undefined {
  const { measure, server, of } = labels;
  if (measure === undefined || server === undefined) return undefined;
  return { serverId: server, series: of === undefined ? { key: measure } : { key: measure, of } };
}

/** A text within a query. JSON's escapes are Go's where a text is well-formed. */
export const quoted = (text: string): string => JSON.stringify(text.toWellFormed());

/** Selects these servers' series: all of their measure's, or the one of `of`. Ids are hexadecimal. */
export function selector(serverIds: readonly string[], wanted?: Series): string {
  const ids = serverIds.filter((id) => /^[0-9a-z]+$/i.test(id));
  const filters = [`server=~${quoted(ids.length === 0 ? "-" : ids.join("|"))}`];
  if (wanted !== undefined)
    filters.unshift(`__name__=${quoted(metricName(wanted.key))}`, `measure=${quoted(wanted.key)}`);
  else filters.unshift('__name__=~"servereye_.+"', 'measure!=""');
  if (wanted?.of !== undefined) filters.push(`of=${quoted(wanted.of)}`);
  return `{${filters.join(",")}}`;
}

/** Servers in one query at most: 33 letters each, of 16 KiB that a query may have. */
const MOST_SERVERS = 200;

export function inGroups<T>(list: readonly T[], most = MOST_SERVERS): T[][] {
  const groups: T[][] = [];
  for (let at = 0; at < list.length; at += most) groups.push(list.slice(at, at + most));
  return groups;
}
