/** The hub's private PostgreSQL: made, adopted or started, watched, and stopped. */
import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Account, accountOf, lendPath, pickRunnable, usableAccounts } from "./account.ts";
import { adopt } from "./adopt.ts";
import { type Binaries, binariesFor, installedBinaries, noBinaries } from "./binaries.ts";
import { createData } from "./create.ts";
import { StoreStartFault } from "./fault.ts";
import { openSocketFolder, socketFolder, socketPort } from "./folder.ts";
import type { Connection } from "./greet.ts";
import { launch } from "./launch.ts";
import { type DataFolderLock, lockDataFolder } from "./lock.ts";
import { clearLeftovers, endPostmaster, readPostmaster } from "./postmaster.ts";
import { watch } from "./watch.ts";

/** What the hub asks for. */
export type EmbeddedOptions = {
  /** The hub's data folder (`SERVEREYE_DATA_DIR`); PostgreSQL's files go into `postgres` in it. */
  dataDir: string;
  log: (event: string, fields: Record<string, unknown>) => void;
  /** Told a short text when something takes long enough to be noticed. */
  progress?: (text: string) => void;
  /** A lock of the folder taken before; it stays the caller's. Without it, one is taken and released by `stop`. */
  lock?: DataFolderLock;
};

/** A running private PostgreSQL. */
export type EmbeddedPostgres = {
  readonly connection: Connection;
  /** Such as `18.4`. */
  readonly version: string;
  /** Whether it was left running by a hub that was killed. */
  readonly adopted: boolean;
  /** Ends it within 1.5 s and releases the folder; a second call waits for the same end. */
  stop(): Promise<void>;
  /** Calls back once if it ends without `stop`; a lock taken by the start is released by then. */
  onExit(callback: (reason: string) => void): void;
};

/** What is to be had on this machine. */
export type Surroundings = { accounts: () => readonly Account[]; installed: () => readonly Binaries[] };

const here: Surroundings = { accounts: usableAccounts, installed: installedBinaries };

/**
 * Starts the private PostgreSQL of the data folder, or takes over the one a killed hub has left there.
 *
 * @throws DataFolderLocked when another hub uses the folder; StoreStartFault, with what to do, for anything else.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedOptions,
  surroundings: Surroundings = here,
): Promise<EmbeddedPostgres> {
  const lock = options.lock ?? lockDataFolder(options.dataDir);
  const release = () => (options.lock === undefined ? lock.release() : undefined);
  try {
    return await startIn(lock.dataDir, options, surroundings, release);
  } catch (error) {
    release();
    throw error;
  }
}

async function startIn(
  dataDir: string,
  options: EmbeddedOptions,
  { accounts, installed }: Surroundings,
  release: () => void,
): Promise<EmbeddedPostgres> {
  const began = performance.now();
  const pgdata = join(dataDir, "postgres");
  const progress = options.progress ?? (() => undefined);
  const isNew = lstatSync(pgdata, { throwIfNoEntry: false }) === undefined;

  const left = isNew ? undefined : await adopt(pgdata, options.log);
  const { connection, version, pid } = left ?? (await startNew());
  const adopted = left !== undefined;
  options.log(adopted ? "store.adopted" : "store.started", {
    version,
    pid,
    milliseconds: Math.round(performance.now() - began),
  });

  const watched = watch(pid, pgdata, join(dataDir, "postgres.log"));
  // A server that is gone holds the folder no longer; whoever starts it again must not find it held by itself.
  watched.onExit(release);
  let stopping: Promise<void> | undefined;
  return {
    connection,
    version,
    adopted,
    onExit: watched.onExit,
    stop() {
      stopping ??= (async () => {
        watched.close();
        const way = await endPostmaster(pid, pgdata);
        options.log("store.stopped", { way: way ?? "was gone" });
        release();
      })();
      return stopping;
    },
  };

  async function startNew() {
    if (isNew) {
      progress("Setting up the private PostgreSQL (first start only)");
      const chosen = choose();
      await createData(dataDir, pgdata, chosen.account, chosen.binaries);
      options.log("store.created", { major: chosen.binaries.major, account: chosen.account.name });
    }
    const { uid, gid } = lstatSync(pgdata);
    const account = accountOf(uid, gid, pgdata);
    const binaries = binariesFor(majorOf(pgdata), pgdata, installed());
    const folder = socketFolder(dataDir);
    lendPath(dataDir, account);
    openSocketFolder(folder, account.owner);
    const leftFolder = readPostmaster(pgdata)?.socketFolder;
    clearLeftovers(pgdata, leftFolder ? [folder, leftFolder] : [folder], socketPort);
    return await launch({ dataDir, pgdata, folder, account, binaries, progress });
  }

  function choose() {
    const programs = installed();
    if (programs.length === 0) throw noBinaries();
    return pickRunnable(dataDir, accounts(), programs);
  }
}

/** The major that made the folder, as its own `PG_VERSION` says. */
function majorOf(pgdata: string): number {
  let written: string;
  try {
    written = readFileSync(join(pgdata, "PG_VERSION"), "utf8").trim();
  } catch (cause) {
    throw broken(pgdata, "has no readable PG_VERSION", cause);
  }
  if (!/^\d{2}$/.test(written))
    throw broken(pgdata, `has a PG_VERSION that is not a version (${JSON.stringify(written.slice(0, 20))})`);
  return Number(written);
}

function broken(pgdata: string, what: string, cause?: unknown): StoreStartFault {
  return new StoreStartFault(
    `The folder ${pgdata} ${what}, so it is not whole. Restore it from a backup, or move it away to begin with an empty store.`,
    { cause },
  );
}
