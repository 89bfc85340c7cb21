/** What the tables of all benches share: rows, units, and whether an aim was met. */
import { figure } from "./summary.ts";

export type Row = readonly string[];

export function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, at) => (at === 0 ? "---" : "---:"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

export const times = (part: number, whole: number): string => `${figure(part / whole)} ×`;
export const mib = (bytes: number): string => `${(bytes / 1_024 ** 2).toFixed(1)} MiB`;
export const met = (value: number, most: number): string => (value <= most ? "met" : "not met");
