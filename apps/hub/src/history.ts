/** The hub's history: kept in the store or in VictoriaMetrics, tended by one hub at a time, and sent on where wanted. */
import { measures } from "@servereye/commands/hub";
import { openVictoriaHistory } from "./adapters/history/victoria/history.ts";
import { victoriaPlace } from "./adapters/history/victoria/place.ts";
import { createRemoteWrite, remoteWritePlace } from "./adapters/remote-write/remote-write.ts";
import type { StoreConnection } from "./adapters/store/connection.ts";
import { openStoreHistory } from "./adapters/store/history/history.ts";
import type { Config } from "./config.ts";
import type { Arrivals } from "./core/ports/arrivals.ts";
import type { History } from "./core/ports/history.ts";
import type { Leases } from "./core/ports/hubs.ts";
import type { Clock, Log, Metrics } from "./core/ports/process.ts";
import { VERSION } from "./version.ts";

export interface OpenHistory {
  history: History;
  /** Begins to tend it, whenever it is this hub's turn. */
  start(): void;
  /** Ends the tending after the step under way, and closes. */
  stop(): Promise<void>;
}

/** The step to which values of a measure are kept that a newer agent tells of, and this hub does not know. */
const UNKNOWN_QUANTUM = 0.001;

export function openHistory(parts: {
  config: Pick<Config, "history" | "historyUrl" | "remoteWrite" | "database">;
  connection: StoreConnection;
  leases: Leases;
  arrivals: Arrivals;
  hubId: string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}): OpenHistory {
  const { config, connection, leases, arrivals, hubId, clock, log, metrics } = parts;
  const place = victoriaPlace(config.historyUrl ?? "");
  const history =
    place !== undefined
      ? openVictoriaHistory({ place, arrivals, clock, log })
      : openStoreHistory({
          ...{ connection, clock, log, metrics, retention: config.history },
          quantumOf: (key) => measures.get(key)?.quantum ?? UNKNOWN_QUANTUM,
          deadlines: { connection: config.database.poolWaitMs, statement: config.database.statementMs },
        });
  const { url, tokenFile } = config.remoteWrite ?? {};
  const there = url === undefined ? undefined : remoteWritePlace(url, tokenFile);
  const remote = there && createRemoteWrite({ ...{ place: there, version: VERSION, clock, log, metrics } });
  const tending = tend({ history, leases, hubId, clock, log, metrics });
  return {
    history: remote === undefined ? history : sentOn(history, remote.offer),
    start() {
      // One that is away at the start is asked again when there is something to keep.
      history.check().catch((error: unknown) => log.warn("history.away", { error }));
      tending.start();
    },
    async stop() {
      await Promise.all([tending.stop(), remote?.close()]);
      await history.close();
    },
  };
}

/** Of a history, one whose samples are offered elsewhere once they are kept. */
const sentOn = (history: History, offer: (batches: Parameters<History["ingest"]>[0]) => void): History => ({
  ...history,
  async ingest(batches) {
    await history.ingest(batches);
    offer(batches);
  },
});

const LEASE = "history";
const LEASE_MS = 60_000;
/** Between two looks whether there is something to do, or whether it is this hub's turn, ms. */
const EVERY_MS = 20_000;
/** Steps go on for so long before the lease is taken anew, ms. */
const ROUND_MS = 15_000;
/** Steps take at most half of the time: what people wait for comes in between, ms. */
const LEAST_REST_MS = 5;

/** Does what there is to do step by step, while this hub holds the lease. */
export function tend(parts: {
  history: Pick<History, "tend">;
  leases: Leases;
  hubId: string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}): { start(): void; stop(): Promise<void> } {
  const { history, leases, hubId, clock, log, metrics } = parts;
  let stopped = false;
  let held = false;
  let cancel = (): void => undefined;
  let wake = (): void => undefined;
  let round: Promise<void> = Promise.resolve();

  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      cancel = clock.after(ms, resolve);
    });

  async function goRound(): Promise<void> {
    const ends = clock.monotonic() + ROUND_MS;
    held = (await leases.take(LEASE, hubId, LEASE_MS)) !== undefined;
    while (held && !stopped && clock.monotonic() < ends) {
      const began = clock.monotonic();
      if (!(await history.tend(clock.now()))) return rest(EVERY_MS);
      metrics.count("history_steps");
      await rest(Math.max(LEAST_REST_MS, clock.monotonic() - began));
    }
    if (!held) await rest(EVERY_MS);
  }

  async function goOn(): Promise<void> {
    while (!stopped)
      await goRound().catch((error: unknown) => {
        // Nothing is lost by waiting: what is not sealed is read as it came.
        log.warn("history.step_failed", { error: String(error) });
        return rest(EVERY_MS);
      });
  }

  return {
    start() {
      round = goOn();
    },
    async stop() {
      stopped = true;
      cancel();
      wake();
      await round;
      if (held) await leases.release(LEASE, hubId);
    },
  };
}
