/** Who takes part: persons and servers, put into the store before the hub starts, by the hub's own store. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keyPairOf, newServerKey, seedOf, serverIdOf, toBase64Url } from "@servereye/contract";
import { lockDataFolder } from "../../apps/hub/src/adapters/store/embedded/lock.ts";
import {
  type Supervised,
  superviseEmbeddedPostgres,
} from "../../apps/hub/src/adapters/store/embedded/supervise.ts";
import { openStore } from "../../apps/hub/src/adapters/store/store.ts";
import { systemChance, systemClock } from "../../apps/hub/src/clock.ts";
import type { Log } from "../../apps/hub/src/core/ports/process.ts";
import type { Store } from "../../apps/hub/src/core/ports/store.ts";
import { hubKeyPair } from "../../apps/hub/src/identity.ts";

/** A hub asks one server 32 questions at a time at most: a hundred persons at once are more than one server's. */
export const SERVERS = 4;
export const PERSONS = 100;
/** Persons who see nothing but a server that never connects. */
export const WAITING = 20;

export const personId = (at: number): number => 1_001 + at;
/** Others of the same kind for the second command: the hub lets one person write forty at once, then four a second. */
export const otherId = (at: number): number => 3_001 + at;
export const MOST_OF_ONE_PERSON = 40;
/** All of the first kind. */
export const everybody: readonly number[] = Array.from({ length: PERSONS }, (_, at) => personId(at));
export const waitingId = (at: number): number => 5_001 + at;
/** Persons with a server of their own each. */
export const ownerId = (at: number): number => 7_001 + at;

export interface Cast {
  hubKey: string;
  /** Data folders of agents, each with its key. */
  agents: string[];
  /** The same, of the servers that one person each sees. */
  own: string[];
}

export const quiet: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export interface OpenedStore {
  readonly store: Store;
  /** The way to the private PostgreSQL itself. */
  readonly connection: Supervised["connection"];
  close(): Promise<void>;
}

/** The private PostgreSQL and the store in `dataDir`, as the hub opens them. */
export async function storeIn(dataDir: string): Promise<OpenedStore> {
  const lock = lockDataFolder(dataDir);
  const postgres = await superviseEmbeddedPostgres(
    { dataDir: lock.dataDir, lock, progress: () => undefined, log: () => undefined },
    systemClock.after,
  );
  const store = await openStore({
    connection: postgres.connection,
    clock: systemClock,
    chance: systemChance,
    log: quiet,
  });
  return {
    store,
    connection: postgres.connection,
    async close() {
      await store.close();
      await postgres.stop();
      lock.release();
    },
  };
}

/** Runs `work` with the store in `dataDir`, and closes it again. */
export async function inFolder<T>(dataDir: string, work: (opened: OpenedStore) => Promise<T>): Promise<T> {
  const opened = await storeIn(dataDir);
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

/** The process id of the private PostgreSQL in `dataDir`. */
export const postmasterOf = (dataDir: string): number =>
  Number(readFileSync(join(dataDir, "postgres", "postmaster.pid"), "utf8").split("\n")[0]);

export async function castIn(dataDir: string, agentsDir: string): Promise<Cast> {
  const { store, close } = await storeIn(dataDir);
  try {
    const owner = await store.people.admit(
      { channel: "local", externalId: "owner" },
      { name: "Owner", admin: true },
    );
    const agents: string[] = [];
    const servers: string[] = [];
    for (let at = 0; at <= SERVERS; at++) {
      const folder = join(agentsDir, String(at));
      const { id, publicKey } = await keyIn(folder);
      servers.push(id);
      if (at < SERVERS) agents.push(folder);
      await store.servers.add({ id, name: `bench-${at}`, region: "", publicKey, owner: owner.id });
    }
    const joins = async (telegram: number, serverId: string | undefined) => {
      const account = { channel: "telegram" as const, externalId: String(telegram) };
      const person = await store.people.admit(account, { name: `Person ${telegram}`, admin: false });
      if (serverId !== undefined) await store.servers.grant(serverId, person.id, "viewer");
    };
    for (let at = 0; at < PERSONS; at++) {
      await joins(personId(at), servers[at % SERVERS]);
      await joins(otherId(at), servers[at % SERVERS]);
    }
    for (let at = 0; at < WAITING; at++) await joins(waitingId(at), servers[SERVERS]);
    const own: string[] = [];
    for (let at = 0; at < PERSONS; at++) {
      const folder = join(agentsDir, `own-${at}`);
      const { id, publicKey } = await keyIn(folder);
      own.push(folder);
      await store.servers.add({ id, name: `own-${at}`, region: "", publicKey, owner: owner.id });
      await joins(ownerId(at), id);
    }
    const hubKey = await hubKeyPair(store.settings);
    return { hubKey: toBase64Url(hubKey.publicKey), agents, own };
  } finally {
    await close();
  }
}

async function keyIn(folder: string): Promise<{ id: string; publicKey: Uint8Array<ArrayBuffer> }> {
  const key = newServerKey();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "server.key"), `${key}\n`, { mode: 0o600 });
  chmodSync(folder, 0o700);
  const { publicKey } = await keyPairOf(seedOf(key) ?? new Uint8Array(32));
  return { id: await serverIdOf(publicKey), publicKey };
}
