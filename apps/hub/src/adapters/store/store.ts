/** The store: everything that must not be lost, in PostgreSQL. */
import { Fault } from "@servereye/contract";
import { type Kysely, sql } from "kysely";
import type { Chance, Clock, Log } from "../../core/ports/process.ts";
import type { Figures, Store } from "../../core/ports/store.ts";
import { arrivalsIn } from "./arrivals.ts";
import { auditIn } from "./audit.ts";
import { buttonsIn } from "./buttons.ts";
import { DEADLINES, type Deadlines, openDatabase, type StoreConnection } from "./connection.ts";
import { episodesIn } from "./episodes.ts";
import { hubsIn } from "./hubs.ts";
import { inboxIn } from "./inbox.ts";
import { leasesIn } from "./leases.ts";
import { migrate } from "./migrate.ts";
import { peopleIn } from "./people.ts";
import { openReplicas } from "./replicas.ts";
import { scrapeTokensIn } from "./scrape-tokens.ts";
import { serversIn } from "./servers.ts";
import { sessionsIn } from "./sessions.ts";
import { settingsIn } from "./settings.ts";
import type { Tables } from "./tables.ts";
import { ticketsIn, waitingIn } from "./tickets.ts";
import { whole } from "./transaction.ts";
import { wizardsIn } from "./wizards.ts";

export interface StoreOptions {
  connection: StoreConnection;
  clock: Clock;
  chance: Chance;
  log: Log;
  /** Connections at most. */
  poolSize?: number;
  /** Milliseconds. */
  deadlines?: Partial<Deadlines>;
  /** For reads that may be a moment old. */
  replicas?: readonly StoreConnection[];
}

/** Five for each core of a small machine; the private PostgreSQL allows 40 in all. */
export const POOL_SIZE = 10;

/**
 * Connects, migrates, and gives the store.
 *
 * @throws Fault STORE_UNAVAILABLE when it can not be reached, UNSUPPORTED when this code can not serve its schema.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { connection, clock, chance, log } = options;
  const deadlines = { ...DEADLINES, ...options.deadlines };
  const began = clock.monotonic();
  const migrations = await migrate({ connection, connectionDeadline: deadlines.connection, log });
  const { db, close } = openDatabase({
    connection,
    poolSize: options.poolSize ?? POOL_SIZE,
    deadlines,
    log,
  });
  const replicas = openReplicas({
    ...{ primary: db, connections: options.replicas ?? [], clock, log },
    poolSize: options.poolSize ?? POOL_SIZE,
  });
  const { servers, signs } = serversIn(db, clock, replicas);
  const { buttons, saves } = buttonsIn(db, clock);
  const { inbox, writes } = inboxIn(db, clock);
  let closing: Promise<void> | undefined;
  log.info("store.opened", { migrations, ms: Math.round(clock.monotonic() - began) });
  return {
    people: peopleIn(db, clock, chance),
    servers,
    tickets: ticketsIn(db, clock),
    waiting: waitingIn(db, clock),
    buttons,
    inbox,
    hubs: hubsIn(db),
    leases: leasesIn(db),
    audit: auditIn(db, replicas),
    episodes: episodesIn(db, clock),
    arrivals: arrivalsIn(db),
    scrapeTokens: scrapeTokensIn(db),
    settings: settingsIn(db),
    sessions: sessionsIn(db, clock),
    wizards: wizardsIn(db),
    figures: () => replicas.read(figures),
    together: (run) =>
      whole(db, async (trx) => {
        const result = await run({
          people: peopleIn(trx, clock, chance),
          servers: serversIn(trx, clock).servers,
          tickets: ticketsIn(trx, clock),
          waiting: waitingIn(trx, clock),
        });
        // PostgreSQL answers a commit after a statement that failed by undoing all, and calls that no error: this is one.
        await sql`select 1`.execute(trx);
        return result;
      }),
    async check() {
      await sql`select 1`.execute(db);
    },
    close() {
      // What callers were promised is written first; each statement has its deadline, so this ends.
      closing ??= Promise.all([signs, saves, ...writes].map((queue) => queue.idle()))
        .then(() => replicas.close())
        .then(close);
      return closing;
    },
  };
}

async function figures(db: Kysely<Tables>): Promise<Figures> {
  const { rows } = await sql<Figures>`select
    (select count(*) from persons) as persons,
    (select count(*) from servers) as servers,
    (select count(*) from memberships) as memberships,
    pg_database_size(current_database()) as "storeBytes",
    (select count(*) from audit) as "auditEntries"`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Fault("INTERNAL", "the store gave no figures");
  return row;
}
