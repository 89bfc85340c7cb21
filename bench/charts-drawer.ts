/** A process that draws charts as a hub does, and looks at itself: for the bench of pictures. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { type Chart, chartHeight } from "@servereye/contract";
import { createPictures } from "../apps/hub/src/adapters/charts/pictures.ts";
import {
  around,
  chartOf,
  DAY,
  lineOf,
  NOON,
  pointsOf,
  wave,
} from "../apps/hub/src/adapters/charts/scenes.test-code.ts";
import { systemClock } from "../apps/hub/src/clock.ts";
import type { DrawerFigures } from "./charts.ts";

const count = Number(process.argv[2]);

/** A day of so many servers, each chart another: 240 points a line, as a phone's picture can show. */
function sceneOf(at: number, servers: number): Chart {
  const lines = Array.from({ length: servers }, (_, server) =>
    lineOf(
      servers === 1 ? "" : `web-${server + 1}`,
      pointsOf(NOON - DAY, NOON, 240, (share) => around(10 + 60 * wave(share, at + server), 5)),
      "%",
    ),
  );
  return chartOf({ title: `CPU usage ${at}`, lines });
}

async function delayDuring(run: () => Promise<unknown>): Promise<{ p99: number; max: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await run();
  delay.disable();
  return { p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 };
}

const log = { debug() {}, info() {}, warn: console.error, error: console.error };
const metrics = { command() {}, count() {}, gauge() {} };
const pictures = createPictures({ clock: systemClock, log, metrics });
const draw = async (chart: Chart): Promise<{ ms: number; bytes: number }> => {
  const began = performance.now();
  const { png } = await pictures.draw(chart, { dark: false, width: 390, height: chartHeight(chart) });
  return { ms: performance.now() - began, bytes: png.byteLength };
};

const before = process.memoryUsage.rss();
const first = (await draw(sceneOf(-1, 1))).ms;
const idle = await delayDuring(() => wait(Math.min(2_000, count * 20)));
const kinds: DrawerFigures["kinds"] = [];
let most = 0;
let seed = 0;
const busy = await delayDuring(async () => {
  for (const servers of [1, 2, 8]) {
    const ms: number[] = [];
    let bytes = 0;
    for (let at = 0; at < count; at++) {
      const drawn = await draw(sceneOf(seed++, servers));
      ms.push(drawn.ms);
      bytes += drawn.bytes;
      most = Math.max(most, process.memoryUsage.rss());
    }
    kinds.push({ servers, ms, bytes: bytes / count });
  }
});
const kept = (await draw(sceneOf(seed - 1, 8))).ms;
const figures: DrawerFigures = {
  ...{ first, kept, kinds, idle, busy },
  memory: { before, after: process.memoryUsage.rss(), most },
};
await pictures.close();
process.send?.(figures);
process.disconnect?.();
