/** The hub's claim on its data folder, which the kernel itself lets go of when the hub dies. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DataFolderLocked, StoreStartFault } from "./fault.ts";
import { openDataFolder } from "./folder.ts";

/** A held data folder. */
export type DataFolderLock = {
  /** The folder's real, absolute path, whatever name it was reached by. */
  readonly dataDir: string;
  /** Gives the folder back; a second call does nothing. */
  release(): void;
};

// SQLITE_BUSY, from the result codes at sqlite.org/rescode.html.
const busy = 5;

/** Held claims: a claim that nobody refers to would be closed, and so lost, by the garbage collector. */
const held = new Set<DatabaseSync>();

/**
 * Takes the data folder for this process, making it (mode 0700) when it is not there.
 *
 * The claim is a byte-range lock that SQLite takes on `hub.lock`. Such a lock belongs to the file and the process:
 * it is seen through any name of the folder, is not inherited by children, and goes with the process however that
 * dies, so there is no stale state to judge and no race between two that find a leftover. The file's content means
 * nothing and stays. Nobody in this process may open `hub.lock` by other means: closing it would drop the lock.
 *
 * @throws DataFolderLocked at once when another hub holds it; StoreStartFault when the folder cannot be used.
 */
export function lockDataFolder(folder: string): DataFolderLock {
  const dataDir = openDataFolder(folder);
  const pidFile = join(dataDir, "hub.pid");
  const claim = takeClaim(dataDir, pidFile);
  held.add(claim);
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  return {
    dataDir,
    release() {
      if (!claim.isOpen) return;
      rmSync(pidFile, { force: true });
      held.delete(claim);
      claim.close();
    },
  };
}

function takeClaim(dataDir: string, pidFile: string): DatabaseSync {
  let claim: DatabaseSync | undefined;
  try {
    claim = new DatabaseSync(join(dataDir, "hub.lock"), { timeout: 0 });
    claim.exec("PRAGMA journal_mode = OFF; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    return claim;
  } catch (cause) {
    claim?.close();
    if (cause instanceof Error && "errcode" in cause && cause.errcode === busy) {
      throw new DataFolderLocked(dataDir, writtenPid(pidFile), { cause });
    }
    throw new StoreStartFault(
      `The data folder ${dataDir} cannot be locked (${cause instanceof Error ? cause.message : "unknown reason"}). ` +
        "Make sure this account may write there and that its file system has file locks, or set SERVEREYE_DATA_DIR.",
      { cause },
    );
  }
}

function writtenPid(pidFile: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(pidFile, "utf8"), 10);
    return pid > 0 ? pid : undefined;
  } catch {
    // The holder took the folder a moment ago and has not written its pid: the refusal stands without it.
    return undefined;
  }
}
