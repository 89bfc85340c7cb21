/** Under which account PostgreSQL runs, since it refuses to be root. */
import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Binaries, noBinaries } from "./binaries.ts";
import { StoreStartFault } from "./fault.ts";

/** A way to start a program: as it is, in a user namespace of its own, or as another account. */
export type Account = {
  readonly name: string;
  /** Whose the files must be when that is not the hub's own account. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  /** What to give to `spawn`. */
  command(
    program: string,
    args: readonly string[],
  ): { file: string; args: string[]; uid?: number; gid?: number };
};

const itself: Account = {
  name: "this account",
  owner: undefined,
  command: (file, args) => ({ file, args: [...args] }),
};

/**
 * Root under another number: the kernel still sees root's files as its own, PostgreSQL sees user 1000 and starts.
 * It holds no privilege outside the namespace.
 */
export const namespaced: Account = {
  name: "a user namespace",
  owner: undefined,
  command: (program, args) => ({
    file: "unshare",
    args: ["--user", "--map-user=1000", "--map-group=1000", program, ...args],
  }),
};

/** The account with these numbers, as root may start programs. */
export function otherAccount(name: string, uid: number, gid: number): Account {
  return { name, owner: { uid, gid }, command: (file, args) => ({ file, args: [...args], uid, gid }) };
}

/** The accounts to try for a new data folder, best first. */
export function usableAccounts(): Account[] {
  if (process.getuid?.() !== 0) return [itself];
  return [namespaced, ...["postgres", "nobody"].flatMap(knownAccount)];
}

/** The account that started the data folder owned by `uid` and must go on with it. */
export function accountOf(uid: number, gid: number, folder: string): Account {
  const self = process.getuid?.();
  if (self === 0) return uid === 0 ? namespaced : otherAccount(`user ${uid}`, uid, gid);
  if (self === undefined || self === uid) return itself;
  throw new StoreStartFault(
    `The data in ${folder} belongs to another account (user ${uid}). Start as that account, or name another folder with SERVEREYE_DATA_DIR.`,
  );
}

/**
 * The first account and programs that really run here, with the data folder's parent within their reach.
 *
 * @throws StoreStartFault that says why nothing does.
 */
export function pickRunnable(
  dataDir: string,
  accounts: readonly Account[],
  installed: readonly Binaries[],
): { account: Account; binaries: Binaries } {
  const reasons: string[] = [];
  for (const account of accounts) {
    for (const binaries of installed) {
      const reason = whyNot(account, binaries, dirname(dataDir));
      if (reason === undefined) return { account, binaries };
      reasons.push(`${binaries.bin} in ${account.name}: ${reason}`);
    }
  }
  const cause = new Error(reasons.join("; "));
  // Asked for its version only, PostgreSQL does not mind root: this tells programs that cannot run from accounts that may not.
  const runnable = installed.some((binaries) => whyNot(itself, binaries, "/") === undefined);
  if (process.getuid?.() !== 0 || !runnable) throw noBinaries(cause);
  throw new StoreStartFault(
    `PostgreSQL does not run as root, user namespaces are not to be had here, and no other account reaches ${dataDir} and the programs. ` +
      "Start as an ordinary user, keep both outside of root's home, or set DATABASE_URL.",
    { cause },
  );
}

/** Lets another account pass through the data folder to its own folders in it, without listing it. */
export function lendPath(dataDir: string, account: Account): void {
  if (account.owner !== undefined) chmodSync(dataDir, 0o711);
}

/** What every PostgreSQL program gets as environment: none of the hub's secrets, no `PG*` variable. */
export const quietEnvironment: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  LC_ALL: "C",
  TZ: "UTC",
};

function whyNot(account: Account, binaries: Binaries, reach: string): string | undefined {
  const { file, args, ...as } = account.command("/bin/sh", [
    "-c",
    'cd "$1" && exec "$2" --version',
    "sh",
    reach,
    `${binaries.bin}/postgres`,
  ]);
  const tried = spawnSync(file, args, { ...as, encoding: "utf8", timeout: 5_000, env: quietEnvironment });
  if (tried.status === 0) return undefined;
  return tried.error?.message ?? (tried.stderr.trim() || `ended with ${tried.status ?? tried.signal}`);
}

/** Looks a name up in `/etc/passwd` (`name:x:uid:gid:...`). */
function knownAccount(name: string): Account[] {
  const line = readFileSync("/etc/passwd", "utf8").match(new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, "m"));
  return line === null ? [] : [otherAccount(`the account ${name}`, Number(line[1]), Number(line[2]))];
}
