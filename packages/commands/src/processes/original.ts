/** processes of an agent of the Go original: those it chose to tell, put in the order that was asked for. */
import { original } from "../kit.ts";
import { amountOf, fieldsOf, listOf, momentOf, textOf } from "../original/loose.ts";
import { type Process, processes, TOP } from "./contract.ts";

/** How many of a list are looked at. */
const MOST = 1_000;
const MIB = 2 ** 20;

export const processesOriginal = original(processes, {
  type: "get_processes",
  reply: "processes_response",
  answer({ payload, at, now }, { by = "cpu" }) {
    const { processes: list, total } = fieldsOf(payload);
    const told = listOf(list)
      .slice(0, MOST)
      .flatMap((value) => processOf(value, at ?? now));
    // Its total is the length of its own list, ten at the most, in all versions but some.
    const all = Math.trunc(amountOf(total) ?? 0);
    const weight = (p: Process) => (by === "cpu" ? (p.cpu ?? 0) : p.memory);
    return {
      by,
      top: told.sort((a, b) => weight(b) - weight(a)).slice(0, TOP),
      ...(all > listOf(list).length ? { total: all } : {}),
      intervalMs: 0,
      told: told.length,
      original: true as const,
    };
  },
});

function processOf(value: unknown, clock: number): Process[] {
  const told = fieldsOf(value);
  const pid = amountOf(told.pid);
  const memory = amountOf(told.memory_mb);
  if (pid === undefined || memory === undefined) return [];
  const cpu = amountOf(told.cpu_percent);
  const share = amountOf(told.memory_percent);
  const began = momentOf(told.create_time);
  return [
    {
      pid: Math.trunc(pid),
      name: textOf(told.name, 64) || "?",
      user: textOf(told.username, 64) || "?",
      state: textOf(told.status).slice(0, 1).toUpperCase(),
      memory: memory * MIB,
      ...(cpu === undefined ? {} : { cpu }),
      ...(share === undefined ? {} : { share }),
      ...(began === undefined ? {} : { age: Math.max(0, (clock - began) / 1_000) }),
    },
  ];
}
