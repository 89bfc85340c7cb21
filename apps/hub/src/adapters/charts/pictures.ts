/** Pictures of charts: drawn one after another in a thread, kept a while by what was asked, and never too many waiting. */
import { createHash } from "node:crypto";
import { type Chart, Fault } from "@servereye/contract";
import type { Picture, PictureLook, Pictures } from "../../core/ports/pictures.ts";
import type { Clock, Log, Metrics } from "../../core/ports/process.ts";
import type { Fonts } from "./draw.ts";
import { createThread, type ThreadLimits } from "./thread.ts";

export interface PicturesLimits extends ThreadLimits {
  /** Pictures that wait to be drawn. */
  waiting: number;
  /** Pictures that are kept: bytes in all, and for how long. */
  keptBytes: number;
  keptMs: number;
}

const LIMITS: PicturesLimits = {
  startMs: 15_000,
  pictureMs: 5_000,
  idleMs: 3 * 60_000,
  waiting: 100,
  keptBytes: 16 * 1024 ** 2,
  keptMs: 5 * 60_000,
};

interface Job {
  key: string;
  chart: Chart;
  look: PictureLook;
  resolve(picture: Picture): void;
  reject(error: unknown): void;
}

export interface PicturesDeps {
  clock: Clock;
  log: Log;
  metrics: Metrics;
  limits?: Partial<PicturesLimits>;
  fonts?: Fonts;
}

export function createPictures(deps: PicturesDeps): Pictures {
  const { clock, log, metrics } = deps;
  const limits = { ...LIMITS, ...deps.limits };
  const thread = createThread({ clock, log, limits, ...(deps.fonts ? { fonts: deps.fonts } : {}) });
  const waiting: Job[] = [];
  /** What is waiting or being drawn, so that it is drawn once for all who want it. */
  const coming = new Map<string, Promise<Picture>>();
  /** The one drawn longest ago first. */
  const kept = new Map<string, { picture: Picture; at: number }>();
  let keptBytes = 0;
  let drawing = false;
  let closed = false;

  const forget = (key: string): void => {
    keptBytes -= kept.get(key)?.picture.png.byteLength ?? 0;
    kept.delete(key);
  };
  const keep = (key: string, picture: Picture): void => {
    kept.set(key, { picture, at: clock.monotonic() });
    keptBytes += picture.png.byteLength;
    for (const [oldest, { at }] of kept) {
      if (keptBytes <= limits.keptBytes && clock.monotonic() - at < limits.keptMs) break;
      forget(oldest);
    }
  };
  const found = (key: string): Picture | undefined => {
    const one = kept.get(key);
    if (one === undefined || clock.monotonic() - one.at >= limits.keptMs) return undefined;
    return one.picture;
  };

  const work = async (): Promise<void> => {
    if (drawing) return;
    drawing = true;
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const began = clock.monotonic();
      try {
        const picture = await thread.draw({ chart: job.chart, look: job.look });
        forget(job.key);
        keep(job.key, picture);
        metrics.count("pictures", { outcome: "drawn" });
        log.debug("pictures.drawn", { ms: Math.round(clock.monotonic() - began) });
        job.resolve(picture);
      } catch (error) {
        metrics.count("pictures", { outcome: "failed" });
        if (!closed) log.error("pictures.failed", { error });
        job.reject(error);
      } finally {
        coming.delete(job.key);
      }
    }
    drawing = false;
  };

  return {
    async draw(chart, { dark, width, height }) {
      if (closed) throw new Fault("INTERNAL", "the hub stops");
      const look = { dark, width, height };
      const key = createHash("sha256")
        .update(JSON.stringify([chart, look]))
        .digest("base64");
      const there = found(key);
      if (there !== undefined) {
        metrics.count("pictures", { outcome: "kept" });
        return there;
      }
      const onItsWay = coming.get(key);
      if (onItsWay !== undefined) return onItsWay;
      if (waiting.length >= limits.waiting) {
        metrics.count("pictures", { outcome: "refused" });
        throw new Fault("RATE_LIMITED", "too many pictures wait to be drawn", {
          values: { limit: limits.waiting },
        });
      }
      const drawn = new Promise<Picture>((resolve, reject) => {
        waiting.push({ key, chart, look, resolve, reject });
      });
      coming.set(key, drawn);
      void work();
      return drawn;
    },
    async close() {
      closed = true;
      for (const job of waiting.splice(0)) {
        coming.delete(job.key);
        job.reject(new Fault("INTERNAL", "the hub stops"));
      }
      await thread.close();
    },
  };
}
