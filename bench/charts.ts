/** How long pictures of charts take, what the hub's own thread feels of it, and the memory after many. */
import { join } from "node:path";
import { startChild } from "./child.ts";
import { root } from "./folder.ts";
import { type Summary, summary } from "./summary.ts";

/** Of one thread's event loop, ms. */
export interface LoopDelay {
  p99: number;
  max: number;
}

export interface DrawerFigures {
  /** The first picture of all, with the thread's start, and one that is kept; ms. */
  first: number;
  kept: number;
  kinds: Array<{ servers: number; ms: number[]; bytes: number }>;
  idle: LoopDelay;
  busy: LoopDelay;
  /** Of the whole process, bytes resident: before the first picture, after the last, and at most. */
  memory: { before: number; after: number; most: number };
}

export interface ChartsTime extends Omit<DrawerFigures, "kinds"> {
  /** By how many servers are compared; `bytes` of a picture. */
  kinds: Array<{ servers: number; times: Summary; bytes: number }>;
}

/** One picture after another, `pictures` of each kind, in a process that does nothing else. */
export async function chartsTime({ pictures }: { pictures: number }): Promise<ChartsTime> {
  const child = startChild(join(root, "bench/charts-drawer.ts"), { args: [String(pictures)] });
  try {
    const { kinds, ...figures } = await child.told(
      (message) =>
        typeof message === "object" && message !== null && "kinds" in message
          ? (message as DrawerFigures)
          : undefined,
      10 * 60_000,
    );
    return {
      ...figures,
      kinds: kinds.map(({ servers, ms, bytes }) => ({ servers, times: summary(ms), bytes })),
    };
  } finally {
    await child.stop();
  }
}
