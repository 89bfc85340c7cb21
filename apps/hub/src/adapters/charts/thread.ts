/** The drawing thread as the hub sees it: one order at a time, each within a deadline; begun at need, ended when idle. */
import { Worker } from "node:worker_threads";
import { Fault } from "@servereye/contract";
import type { Picture } from "../../core/ports/pictures.ts";
import type { Clock, Log } from "../../core/ports/process.ts";
import type { Fonts } from "./draw.ts";
import type { Drawn, Order } from "./orders.ts";

export interface ThreadLimits {
  /** For a thread to begin (it reads ECharts and the fonts), and for one picture. */
  startMs: number;
  pictureMs: number;
  /** Without orders it ends after this: it holds some 100 MB. */
  idleMs: number;
}

export interface Thread {
  /** Not to be called again before it has settled. Fault INTERNAL: not drawn. */
  draw(order: Order): Promise<Picture>;
  running(): boolean;
  close(): Promise<void>;
}

export function createThread(deps: { clock: Clock; log: Log; limits: ThreadLimits; fonts?: Fonts }): Thread {
  const { clock, log, limits } = deps;
  let worker: Worker | undefined;
  let stopIdling = () => {};
  let closed = false;

  const end = async (): Promise<void> => {
    stopIdling();
    const ending = worker;
    worker = undefined;
    await ending?.terminate();
  };

  const begin = async (): Promise<Worker> => {
    const started = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: deps.fonts,
      // Enough for ECharts and a picture; beyond it the thread dies instead of the hub.
      resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 },
    });
    worker = started;
    // Between pictures nobody waits for it: what ends it then is told here alone.
    started.on("error", (error) => log.warn("pictures.thread_failed", { error }));
    started.on("exit", () => {
      if (worker === started) worker = undefined;
    });
    await answer(started, limits.startMs, "to begin");
    return started;
  };

  /** The next message, or why there is none. */
  const answer = (from: Worker, withinMs: number, what: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const settle = (run: () => void) => {
        callOff();
        from.off("message", told).off("error", failed).off("exit", gone);
        run();
      };
      const told = (message: unknown) => settle(() => resolve(message));
      const failed = (error: unknown) =>
        settle(() =>
          reject(new Fault("INTERNAL", `the drawing thread failed: ${String(error)}`, { cause: error })),
        );
      const gone = () => settle(() => reject(new Fault("INTERNAL", "the drawing thread ended")));
      const callOff = clock.after(withinMs, () =>
        settle(() => reject(new Fault("INTERNAL", `it took longer than ${withinMs} ms ${what}`))),
      );
      from.on("message", told).on("error", failed).on("exit", gone);
    });

  return {
    async draw(order) {
      stopIdling();
      let drawn: Drawn;
      try {
        const running = worker ?? (await begin());
        const answered = answer(running, limits.pictureMs, "to draw");
        running.postMessage(order);
        drawn = (await answered) as Drawn;
      } catch (error) {
        // Whatever it is doing now is not waited for any more.
        await end();
        throw error;
      } finally {
        if (!closed && worker !== undefined)
          stopIdling = clock.after(limits.idleMs, () => {
            log.debug("pictures.idle");
            void end();
          });
      }
      if ("failed" in drawn) throw new Fault("INTERNAL", `it can not be drawn: ${drawn.failed}`);
      return drawn.picture;
    },
    running: () => worker !== undefined,
    close() {
      closed = true;
      return end();
    },
  };
}
