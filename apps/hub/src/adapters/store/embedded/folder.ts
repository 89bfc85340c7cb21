/** The folders of the private PostgreSQL: who may look in, and where its socket fits. */
import { createHash } from "node:crypto";
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { StoreStartFault, systemCode } from "./fault.ts";

/** The port in the socket's file name; there is no TCP. */
export const socketPort = 5432;

// sizeof(sun_path) less the closing zero: 107 bytes on Linux, 103 on macOS.
const longestSocketPath = process.platform === "linux" ? 107 : 103;

/**
 * Makes the data folder when it is missing and gives its real path.
 *
 * A folder made here, empty, or used by a hub before is closed to others (0700). One that holds something else keeps
 * its mode: a wrong variable must not close somebody's `/srv`. What is private inside has modes of its own.
 */
export function openDataFolder(folder: string): string {
  const path = resolve(folder);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const real = realpathSync(path);
    const held = readdirSync(real);
    const { mode } = lstatSync(real);
    const shared = (mode & 0o1000) !== 0;
    const ours = held.length === 0 || held.includes("hub.lock");
    // 0711 is what a run as another account needs (see `lendPath`); it lists nothing.
    if (ours && !shared && (mode & 0o066) !== 0) chmodSync(real, 0o700);
    return real;
  } catch (cause) {
    const why = {
      EACCES: "this account may not",
      EPERM: "this account may not",
      EROFS: "it is on a read-only disk",
    };
    const code = systemCode(cause);
    const reason = code !== undefined && code in why ? why[code as keyof typeof why] : String(cause);
    throw new StoreStartFault(
      `The data folder ${path} cannot be opened: ${reason}. ` +
        "Start with the account that owns it, or name another folder with SERVEREYE_DATA_DIR.",
      { cause },
    );
  }
}

/** The folder for the socket: in the data folder when its path is short enough, else in the temporary one. */
export function socketFolder(dataDir: string, temporary: string = tmpdir()): string {
  const near = join(dataDir, "run");
  if (fits(near)) return near;
  const name = `servereye-${createHash("sha256").update(dataDir).digest("hex").slice(0, 16)}`;
  const far = [temporary, "/tmp"].map((folder) => join(folder, name)).find(fits);
  if (far !== undefined) return far;
  throw new StoreStartFault(
    `The path of the data folder ${dataDir} is too long for a socket, and so is the temporary folder's (TMPDIR). Shorten one of them.`,
  );
}

/** Makes the socket's folder, private to `owner`; refuses one that somebody else has put in its place. */
export function openSocketFolder(folder: string, owner: { uid: number; gid: number } | undefined): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  const self = process.getuid?.();
  const allowed = [self, owner?.uid].includes(found.uid);
  if (!found.isDirectory() || !allowed) {
    throw new StoreStartFault(
      `${folder} belongs to another account. Remove it, or set TMPDIR to a folder of your own.`,
    );
  }
  chmodSync(folder, 0o700);
  const uid = owner?.uid ?? self;
  if (uid !== undefined && found.uid !== uid) chownSync(folder, uid, owner?.gid ?? found.gid);
}

function fits(folder: string): boolean {
  return Buffer.byteLength(`${folder}/.s.PGSQL.${socketPort}`) <= longestSocketPath;
}
