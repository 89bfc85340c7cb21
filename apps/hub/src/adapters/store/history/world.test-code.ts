/** Histories for tests: each in an empty, migrated database of its own, with a clock that is turned. */
import { type Address, run } from "../../../../../../test/engines/databases.ts";
import type { Metrics } from "../../../core/ports/process.ts";
import type { Store } from "../../../core/ports/store.ts";
import type { HistoryWorld } from "../../history/contract.test-suite.ts";
import { type FreshStores, openOn } from "../contract/fresh.test-suite.ts";
import { aServer, keepingLog, NOW, somebody } from "../contract/world.test-suite.ts";
import { openStoreHistory, RETENTION, type Retention } from "./history.ts";

export interface StoreHistoryWorld extends HistoryWorld {
  address: Address;
  store: Store;
  log: ReturnType<typeof keepingLog>;
  counted: string[];
  sql(statement: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Another hub on the same store. */
  another(): HistoryWorld["history"];
}

export async function storeHistoryWorld(
  stores: FreshStores,
  retention: Retention = RETENTION,
): Promise<StoreHistoryWorld> {
  const address = await stores.database();
  const store = await openOn(address);
  const { person } = await somebody(store);
  let now = NOW;
  const log = keepingLog();
  const counted: string[] = [];
  const metrics: Metrics = {
    command: () => undefined,
    gauge: () => undefined,
    count: (name) => void counted.push(name),
  };
  const opened: HistoryWorld["history"][] = [];
  const another = () => {
    const clock = { now: () => now, monotonic: () => now, after: () => () => undefined };
    const history = openStoreHistory({
      ...{ connection: address, clock, log, metrics, retention },
      quantumOf: () => 0.1,
      // The machine may be busy with much else.
      deadlines: { connection: 20_000, statement: 20_000 },
    });
    opened.push(history);
    return history;
  };
  return {
    ...{ address, store, log, counted, another, history: another() },
    now: () => now,
    turn: (ms) => {
      now += ms;
    },
    server: async () => (await store.servers.add(aServer(person.id))).id,
    settled: () => Promise.resolve(),
    sql: (statement, values) => run(address, statement, values),
    async close() {
      await Promise.all(opened.map((one) => one.close()));
      await store.close();
    },
  };
}
