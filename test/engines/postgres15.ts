/** Debian's PostgreSQL 15 for tests: in a temporary folder, on a unix socket, killed and started again at will. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { engine } from "../engines.ts";

export interface Postgres15Options {
  /** More settings, or others. */
  settings?: Record<string, string>;
  /** Puts more into the data folder (certificates) before the first start. */
  setUp?: (folder: string) => void;
  /** Follows this one as a streaming replica; that one needs `REPLICATED` among its settings. */
  replicaOf?: Postgres15;
}

/** What a server needs so that others can follow it. */
export const REPLICATED = { wal_level: "replica", max_wal_senders: "4" };

export interface Postgres15 {
  readonly connection: { host: string; port: number; user: string; database: string };
  /** The postmaster's process id while it runs. */
  readonly pid: number | undefined;
  /** SIGKILL, as a machine that loses power would; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same files. */
  start(): Promise<void>;
  /** Stops it and throws its files away. */
  stop(): Promise<void>;
}

const USER = "tester";
const PORT = 5432;

/** What is committed must outlive the server's process (so no setting of synchronous_commit), not the machine. */
const SETTINGS = {
  listen_addresses: "",
  port: String(PORT),
  max_connections: "120",
  fsync: "off",
  full_page_writes: "off",
  shared_buffers: "16MB",
  max_wal_size: "64MB",
  min_wal_size: "32MB",
  wal_level: "minimal",
  max_wal_senders: "0",
  timezone: "UTC",
};

/** Makes and starts one. Ask `needs("postgres15")` before. */
export async function startPostgres15(options: Postgres15Options = {}): Promise<Postgres15> {
  const bin = engine("postgres15");
  if (bin === undefined) throw new Error("there is no PostgreSQL 15 here");
  const folder = mkdtempSync(join(tmpdir(), "pg15-"));
  const data = join(folder, "data");
  const log = join(folder, "log");
  const own = { ...SETTINGS, ...options.settings };
  const connection = { host: folder, port: Number(own.port), user: USER, database: "postgres" };
  const before = options.replicaOf?.connection;
  const { file, args } =
    before === undefined
      ? unprivileged(join(bin, "initdb"), [
          ...["-D", data, "-U", USER, "-A", "trust", "-E", "UTF8"],
          ...["--locale=C.UTF-8", "--no-sync", "--no-instructions"],
        ])
      : unprivileged(join(bin, "pg_basebackup"), [
          ...["-D", data, "-h", before.host, "-p", String(before.port), "-U", USER],
          ...["--write-recovery-conf", "--checkpoint=fast", "--no-sync"],
        ]);
  execFileSync(file, args, { stdio: ["ignore", "ignore", "inherit"], timeout: 60_000 });
  options.setUp?.(data);

  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const settings = Object.entries({ ...own, unix_socket_directories: folder });
    // Processes of a killed server hold its memory for a moment, and keep a new one from starting.
    for (let tries = 0; tries < 100; tries++) {
      const fd = openSync(log, "w");
      const { file, args } = unprivileged(join(bin ?? "", "postgres"), [
        ...["-D", data],
        ...settings.flatMap(([name, value]) => ["-c", `${name}=${value}`]),
      ]);
      child = spawn(file, args, { stdio: ["ignore", fd, fd], cwd: "/" });
      closeSync(fd);
      if (await answers(child)) return;
    }
    throw new Error(`PostgreSQL 15 does not start: ${readFileSync(log, "utf8")}`);
  }

  /** True when it takes connections, false when it ended. */
  async function answers(process: ChildProcess): Promise<boolean> {
    while (process.exitCode === null && process.signalCode === null) {
      const client = new pg.Client({ ...connection, connectionTimeoutMillis: 5_000 });
      client.on("error", () => undefined);
      try {
        await client.connect();
        return true;
      } catch {
        // Not yet: the next turn asks again, or finds that it ended.
        await new Promise((resolve) => setTimeout(resolve, 20));
      } finally {
        await client.end().catch(() => undefined);
      }
    }
    return false;
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = once(ending, "exit");
    ending.kill(signal);
    await gone;
  }

  await start();
  return {
    connection,
    get pid() {
      return child?.pid;
    },
    async kill() {
      // Its backends notice the death of their server only when they have nothing else to do: they go with it.
      const backends = childrenOf(child?.pid);
      await end("SIGKILL");
      for (const pid of backends) killIfThere(pid);
    },
    start,
    async stop() {
      await end("SIGINT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function childrenOf(parent: number | undefined): number[] {
  if (parent === undefined) return [];
  const list = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8");
  return list.split(" ").filter(Boolean).map(Number);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // It had noticed by itself.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** PostgreSQL refuses to be root, so root runs it under another number; it ends with the test's process in any case. */
function unprivileged(program: string, args: string[]): { file: string; args: string[] } {
  const tied = ["setpriv", "--pdeathsig", "INT", program, ...args];
  const mapped =
    process.getuid?.() === 0 ? ["unshare", "--user", "--map-user=1000", "--map-group=1000", ...tied] : tied;
  const [file = "", ...rest] = mapped;
  return { file, args: rest };
}
