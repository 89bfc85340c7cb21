/** Histories for tests in one VictoriaMetrics: each with a store of its own, and a clock that stands four days ago. */
import type { Victoria } from "../../../../../../test/engines/victoria.ts";
import type { Arrivals } from "../../../core/ports/arrivals.ts";
import { type FreshStores, openOn } from "../../store/contract/fresh.test-suite.ts";
import { aServer, keepingLog, somebody } from "../../store/contract/world.test-suite.ts";
import type { HistoryWorld } from "../contract.test-suite.ts";
import { openVictoriaHistory } from "./history.ts";
import { victoriaPlace } from "./place.ts";

export interface VictoriaWorld extends HistoryWorld {
  log: ReturnType<typeof keepingLog>;
  /** Another hub on the same store, whose notes may be lost. */
  another(arrivals?: (real: Arrivals) => Arrivals): HistoryWorld["history"];
}

/** VictoriaMetrics takes nothing of more than two days ahead, by its machine's clock: this one is turned by up to three. */
const BEFORE_MS = 4 * 86_400_000;

export async function victoriaWorld(stores: FreshStores, victoria: Victoria): Promise<VictoriaWorld> {
  const store = await openOn(await stores.database());
  const { person } = await somebody(store);
  const log = keepingLog();
  let now = Math.floor((Date.now() - BEFORE_MS) / 3_600_000) * 3_600_000;
  const clock = { now: () => now, monotonic: () => now, after: () => () => undefined };
  const place = victoriaPlace(`victoriametrics://127.0.0.1:${victoria.port}`);
  if (place === undefined) throw new Error("the address has no form");
  const another: VictoriaWorld["another"] = (arrivals = (real) => real) =>
    openVictoriaHistory({ place, arrivals: arrivals(store.arrivals), clock, log });
  return {
    ...{ log, another, history: another() },
    now: () => now,
    turn: (ms) => {
      now += ms;
    },
    server: async () => (await store.servers.add(aServer(person.id))).id,
    settled: () => victoria.settle(),
    close: () => store.close(),
  };
}
