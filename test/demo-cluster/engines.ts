/** The cluster's engines from Debian's packages: PostgreSQL, Redis and haproxy, each as a part. */
import type { ChildProcess } from "node:child_process";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { installedBinaries } from "../../apps/hub/src/adapters/store/embedded/binaries.ts";
import { run } from "../engines/databases.ts";
import { engine } from "../engines.ts";
import { type Making, untilWeEnd } from "./part.ts";

export interface Programs {
  postgres: { bin: string; major: number };
  redis: string;
  haproxy: string;
}

/** The programs, or the names of the packages that are missing. */
export function findPrograms(): Programs | { missing: string[] } {
  const postgres = installedBinaries().find(({ from, major }) => from === "system" && major >= 15);
  const redis = engine("redis");
  const haproxy = engine("haproxy");
  if (postgres !== undefined && redis !== undefined && haproxy !== undefined)
    return { postgres, redis, haproxy };
  const packages = { postgresql: postgres, "redis-server": redis, haproxy };
  return {
    missing: Object.entries(packages).flatMap(([name, found]) => (found === undefined ? [name] : [])),
  };
}

const USER = "servereye";
const DATABASE = "servereye";

export interface PostgresPlace {
  making: Making;
  /** As `DATABASE_URL` has it. */
  url: string;
  /** Makes the database where it is not there yet. Call once it works. */
  prepare(): Promise<void>;
  remove(): void;
}

/** Durable, on a unix socket that only this user reaches. */
export function postgresIn(folder: string, { postgres }: Programs, log: string): PostgresPlace {
  const data = join(folder, "postgresql");
  // The socket's whole path has at most 107 bytes (unix(7)).
  const long = Buffer.byteLength(join(folder, ".s.PGSQL.5432")) > 100;
  const host = long ? mkdtempSync(join(tmpdir(), "eye-pg-")) : folder;
  const as = (program: string, args: string[]): string[] => [
    // PostgreSQL refuses to be root: there it is another number in a namespace of its own, and its files stay root's.
    ...(process.getuid?.() === 0 ? ["unshare", "--user", "--map-user=1000", "--map-group=1000"] : []),
    ...untilWeEnd("INT", [join(postgres.bin, program), ...args]),
  ];
  if (!existsSync(join(data, "PG_VERSION"))) {
    const [program = "", ...args] = as("initdb", [
      ...["-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"],
    ]);
    execFileSync(program, args, { stdio: ["ignore", "ignore", "inherit"], timeout: 120_000, cwd: "/" });
  }
  const settings = {
    listen_addresses: "",
    port: "5432",
    unix_socket_directories: host,
    unix_socket_permissions: "0700",
    max_connections: "100",
    shared_buffers: "32MB",
    timezone: "UTC",
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const address = { host, port: 5432, user: USER, database: "postgres" };
  return {
    making: {
      name: "PostgreSQL",
      command: as("postgres", ["-D", data, ...flags]),
      log,
      cwd: "/",
      signal: "SIGINT",
      works: (child) => patiently(child, () => run(address, "select 1")),
    },
    url: `postgres://${USER}@localhost/${DATABASE}?host=${encodeURIComponent(host)}`,
    async prepare() {
      const found = await run(address, "select 1 from pg_database where datname = $1", [DATABASE]);
      if (found.length === 0) await run(address, `create database ${DATABASE}`);
    },
    remove: () => (long ? rmSync(host, { recursive: true, force: true }) : undefined),
  };
}

/** Keeps nothing: what counts is in PostgreSQL. */
export function redisIn(
  folder: string,
  { redis }: Programs,
  port: number,
  log: string,
): { making: Making; url: string } {
  const password = crypto.randomUUID().replaceAll("-", "");
  const file = join(folder, "redis.conf");
  const lines = ["bind 127.0.0.1", `port ${port}`, `dir "${folder}"`, 'save ""', "appendonly no"];
  writeFileSync(file, [...lines, `requirepass ${password}`, ""].join("\n"), { mode: 0o600 });
  chmodSync(file, 0o600);
  return {
    making: {
      name: "Redis",
      command: untilWeEnd("TERM", [redis, file]),
      log,
      works: (child) => patiently(child, () => accepts(port)),
    },
    url: `redis://:${password}@127.0.0.1:${port}`,
  };
}

export function haproxyIn({ haproxy }: Programs, file: string, port: number, log: string): Making {
  return {
    name: "haproxy",
    // In the foreground, as one process.
    command: untilWeEnd("TERM", [haproxy, "-db", "-f", file]),
    log,
    works: (child) => patiently(child, () => accepts(port)),
  };
}

/** Resolves when somebody takes connections there. */
export function accepts(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject);
  });
}

const MOST_MS = 20_000;

/** Tries until it works or the process has ended. */
async function patiently(child: ChildProcess, works: () => Promise<unknown>): Promise<void> {
  const until = performance.now() + MOST_MS;
  for (;;) {
    try {
      await works();
      return;
    } catch (error) {
      if (child.exitCode !== null || child.signalCode !== null || performance.now() > until) throw error;
      await pause(50);
    }
  }
}
