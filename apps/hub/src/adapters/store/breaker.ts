/** A breaker in front of PostgreSQL: whoever waits on one that does not answer is told soon, and those after at once. */
import { Fault } from "@servereye/contract";
import type { Clock, Log } from "../../core/ports/process.ts";

/** Milliseconds. */
export interface Patience {
  /** A call under way for so long makes PostgreSQL be asked for a sign of life. */
  slow: number;
  /** For that sign, at the least: a long way to PostgreSQL takes its time. */
  probe: number;
  /** Between two looks whether it is back. */
  every: number;
}

/** The first to wait is told within 650 ms; who is answered within a second has to have the rest of it. */
export const PATIENCE: Patience = { slow: 250, probe: 400, every: 500 };

/** After a sign of life a call that still waits is only slow: the next sign is asked for this many times later. */
const CALMER = 2;

/** A look that has not ended after so many times its own deadline is given up, and says nothing. */
const LONGER = 3;

/** A sign of life may take so many times what it usually takes. */
const MANY = 4;

export interface Breaker {
  /**
   * Runs a call. Rejects at once while PostgreSQL is known not to answer, and within `slow + probe` ms (more where it is
   * far) once it does not. The call itself then ends whenever it ends: `late` is given what it still brings.
   */
  run<T>(call: () => Promise<T>, late?: (result: T) => void): Promise<T>;
  /** How often it opened: what was connected before may hang for ever. */
  readonly openings: number;
  close(): void;
}

/**
 * `probe` resolves when PostgreSQL answers and rejects when it does not, on a connection of its own, within the time it
 * is given or soon after. `usualMs`: how long such a connection takes when all is well, undefined as
 * long as there was none: then nobody is told anything early. What fails quickly is the caller's own: only waiting opens
 * the breaker.
 */
export function createBreaker(parts: {
  probe: (ms: number) => Promise<void>;
  usualMs: () => number | undefined;
  patience: Patience;
  clock: Pick<Clock, "after" | "monotonic">;
  log: Pick<Log, "info" | "warn">;
}): Breaker {
  const { patience, clock, log } = parts;
  let away: Fault | undefined;
  let probing: Promise<boolean> | undefined;
  let heard = 0;
  let openings = 0;
  let closed = false;
  let stopLooking = (): void => undefined;
  const waiting = new Set<(fault: Fault) => void>();

  /** As the sign, but over after `ms` in any case: whoever waits for one that never ends would wait for ever. */
  function ended(sign: Promise<void>, ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = clock.after(ms, () => reject(new Error(`no end of the look within ${ms} ms`)));
      sign.finally(cancel).then(resolve, reject);
    });
  }

  const probeMs = (): number => Math.max(patience.probe, MANY * (parts.usualMs() ?? 0));

  function alive(): Promise<boolean> {
    const began = clock.monotonic();
    const most = probeMs();
    probing ??= ended(parts.probe(most), most * LONGER)
      .then(
        () => true,
        // What came meanwhile on any connection is a sign of life too. And a process that was busy itself, so that the
        // look took far longer than it may, has heard nothing because it did not listen: it judges the next time.
        () => heard > began || clock.monotonic() - began > most * 1.5,
      )
      .finally(() => {
        probing = undefined;
      });
    return probing;
  }

  function open(): void {
    if (away !== undefined || closed) return;
    openings += 1;
    const cause = new Error(
      `PostgreSQL gave no sign of life within ${Math.round(patience.slow + probeMs())} ms`,
    );
    const fault = new Fault("STORE_UNAVAILABLE", `the store is not available: ${cause.message}`, { cause });
    away = fault;
    log.warn("store.silent", { waiting: waiting.size });
    for (const tell of [...waiting]) tell(fault);
    look();
  }

  function look(): void {
    stopLooking = clock.after(patience.every, async () => {
      const back = await alive();
      if (closed) return;
      if (!back) return look();
      away = undefined;
      log.info("store.answers", {});
    });
  }

  return {
    get openings() {
      return openings;
    },

    run(call, late) {
      if (away !== undefined) return Promise.reject(away);
      return new Promise((resolve, reject) => {
        let over = false;
        let stopWatch = (): void => undefined;
        const settle = (): boolean => {
          if (over) return false;
          over = true;
          stopWatch();
          waiting.delete(tell);
          return true;
        };
        const tell = (fault: Fault): void => {
          if (settle()) reject(fault);
        };
        const watch = (ms: number): void => {
          stopWatch = clock.after(ms, async () => {
            if (parts.usualMs() === undefined || (await alive())) {
              if (!over) watch(ms * CALMER);
            } else open();
          });
        };
        waiting.add(tell);
        watch(patience.slow);
        call().then(
          (result) => {
            heard = clock.monotonic();
            if (settle()) resolve(result);
            else late?.(result);
          },
          (error: unknown) => {
            if (settle()) reject(error);
          },
        );
      });
    },

    close() {
      closed = true;
      stopLooking();
    },
  };
}
