/** The simulated agents' process, started and asked. */
import { join } from "node:path";
import { type Child, startChild } from "../child.ts";
import { type FleetOrder, FleetReport } from "./order.ts";

export interface Agents {
  readonly pid: number;
  /** All of them dial. Resolves with when each was let in (epoch ms) as soon as all are in together. */
  dial(withinMs: number): Promise<number[]>;
  /** The next time that all are in after some were not. Call it before what throws them out. */
  allBack(withinMs: number): Promise<number[]>;
  /** How many are in, and how often the hub did what it should not. */
  count(): Promise<{ in: number; wrong: number }>;
}

type Told<T extends FleetReport["t"]> = Extract<FleetReport, { t: T }>;

export async function agentsOf(order: FleetOrder, stops: (() => unknown)[]): Promise<Agents> {
  const child: Child = startChild(join(import.meta.dirname, "fleet.ts"));
  stops.push(() => child.stop());
  const next = <T extends FleetReport["t"]>(t: T, withinMs?: number): Promise<Told<T>> =>
    child.told((message) => {
      const read = FleetReport.safeParse(message).data;
      return read?.t === t ? (read as Told<T>) : undefined;
    }, withinMs);
  const made = next("made", 120_000);
  child.process.send(order);
  await made;
  const allBack = async (withinMs: number) => {
    try {
      return (await next("all in", withinMs)).times;
    } catch (cause) {
      if (!child.process.connected) throw cause;
      const { in: isIn } = await count();
      throw new Error(`only ${isIn} of ${order.count} agents are in after ${withinMs} ms`, { cause });
    }
  };
  const count = async () => {
    const counted = next("count");
    child.process.send("count");
    return await counted;
  };
  return {
    pid: child.pid,
    dial(withinMs) {
      const all = allBack(withinMs);
      child.process.send("start");
      return all;
    },
    allBack,
    count,
  };
}
