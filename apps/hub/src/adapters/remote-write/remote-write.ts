/** Prometheus remote write: what the history has kept goes out to another store too, as well as it can. */
import type { Ingest } from "../../core/ports/history.ts";
import type { Clock, Log, Metrics } from "../../core/ports/process.ts";
import { encoded } from "./encode.ts";
import { createLine, type LineLimits } from "./line.ts";
import { type RemoteWritePlace, sender } from "./send.ts";

export { type RemoteWritePlace, remoteWritePlace } from "./send.ts";

/** Samples are gathered for so long before they are sent, ms. */
const GATHER_MS = 1_000;
/** Between tries, ms; doubling from the first to the last. */
const FIRST_WAIT_MS = 500;
const LAST_WAIT_MS = 30_000;
/** What was refused is told in the log so often at most, ms. */
const TOLD_EVERY_MS = 60_000;

export interface RemoteWrite {
  /** Takes what was kept; never waits, never throws. */
  offer(batches: readonly Ingest[]): void;
  /** Sends no more; what waits is given up, and is in the history all the same. */
  close(): Promise<void>;
}

export function createRemoteWrite(parts: {
  place: RemoteWritePlace;
  version: string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  limits?: LineLimits;
}): RemoteWrite {
  const { place, version, clock, log, metrics } = parts;
  const line = createLine(parts.limits);
  const send = sender(place, version);
  const gone = new AbortController();
  let working: Promise<void> | undefined;
  let cancel = (): void => undefined;
  let wake = (): void => undefined;
  let away = false;
  let toldAt = Number.NEGATIVE_INFINITY;
  metrics.gauge("remote_write_waiting", "Values that wait to be sent by remote write.", () => line.values);

  const count = (outcome: "sent" | "full" | "refused", values: number) =>
    metrics.count("remote_write_values", { outcome }, values);

  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      cancel = clock.after(ms, resolve);
    });

  async function deliver(): Promise<void> {
    const { batches, values } = line.take();
    const body = encoded(batches);
    for (let wait = FIRST_WAIT_MS; !gone.signal.aborted; wait = Math.min(LAST_WAIT_MS, wait * 2)) {
      const sent = await send(body, gone.signal);
      if (sent.kind === "again" && !gone.signal.aborted) {
        if (!away) log.warn("remote_write.away", { reason: sent.reason });
        away = true;
        await rest(Math.min(LAST_WAIT_MS, Math.max(wait, sent.afterMs ?? 0)));
        continue;
      }
      if (sent.kind === "again") return;
      if (away) log.info("remote_write.back");
      away = false;
      count(sent.kind === "taken" ? "sent" : "refused", values);
      if (sent.kind === "refused" && clock.monotonic() - toldAt >= TOLD_EVERY_MS) {
        toldAt = clock.monotonic();
        log.warn("remote_write.refused", { values, reason: sent.reason });
      }
      return;
    }
  }

  async function work(): Promise<void> {
    await rest(GATHER_MS);
    while (line.values > 0 && !gone.signal.aborted) await deliver();
  }

  return {
    offer(batches) {
      if (gone.signal.aborted) return;
      for (const batch of batches) {
        const lost = line.put(batch);
        if (lost > 0) count("full", lost);
      }
      working ??= work()
        .catch((error: unknown) => log.error("remote_write.failed", { error }))
        .finally(() => {
          working = undefined;
        });
    },
    async close() {
      gone.abort();
      cancel();
      wake();
      await working;
    },
  };
}
