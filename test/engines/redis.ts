/** Debian's Redis for tests: one server, a master with Sentinels, or a Cluster; killed, paused and started again at will. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@redis/client";
import { engine } from "../engines.ts";
import { freePorts } from "../system/ports.ts";
import { selfSigned } from "./certificate.ts";

export interface RedisServer {
  readonly port: number;
  /** As `REDIS_URL` would have it, password and all. */
  readonly url: string;
  /** One command on a connection of its own. */
  ask(...args: string[]): Promise<unknown>;
  /** SIGKILL, as a machine that loses power would; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  start(): Promise<void>;
  /** Holds it: its connections stay, and nobody answers on them. */
  pause(): void;
  resume(): void;
  /** Stops it and throws its files away. */
  stop(): Promise<void>;
}

/** What proves a server's name, made anew by openssl. */
export interface Certificate {
  /** PEM of the authority that signed it (itself). */
  ca: string;
  certFile: string;
  keyFile: string;
}

interface Options {
  password?: string;
  certificate?: Certificate;
  /** Lines of redis.conf. */
  settings?: string[];
  sentinel?: boolean;
}

/** Makes and starts one. Ask `needs("redis")` before. */
export async function startRedis(options: Options = {}): Promise<RedisServer> {
  const program = engine("redis");
  if (program === undefined) throw new Error("there is no Redis here");
  const { password, certificate, settings = [] } = options;
  const folder = mkdtempSync(join(tmpdir(), "redis-"));
  const [port] = await freePorts(1);
  const log = join(folder, "log");
  const file = join(folder, "redis.conf");
  const lines = [
    "bind 127.0.0.1",
    `dir ${folder}`,
    ...(certificate === undefined
      ? [`port ${port}`]
      : [
          ...["port 0", `tls-port ${port}`, `tls-cert-file ${certificate.certFile}`, "tls-auth-clients no"],
          `tls-key-file ${certificate.keyFile}`,
        ]),
    ...(options.sentinel ? [] : ['save ""', "appendonly no"]),
    ...(password === undefined
      ? []
      : [`requirepass ${JSON.stringify(password)}`, `masterauth ${JSON.stringify(password)}`]),
    ...settings,
  ];
  const login = password === undefined ? "" : `:${encodeURIComponent(password)}@`;
  const url = `${certificate === undefined ? "redis" : "rediss"}://${login}127.0.0.1:${port}`;
  let child: ChildProcess | undefined;

  async function ask(...args: string[]): Promise<unknown> {
    const client = createClient({
      socket: {
        host: "127.0.0.1",
        port: port ?? 0,
        connectTimeout: 5_000,
        reconnectStrategy: false,
        ...(certificate === undefined ? {} : { tls: true as const, ca: certificate.ca }),
      },
      ...(password === undefined || options.sentinel ? {} : { password }),
    });
    // The command that fails by it tells of it.
    client.on("error", () => undefined);
    try {
      await client.connect();
      return await client.sendCommand(args);
    } finally {
      client.destroy();
    }
  }

  async function start(): Promise<void> {
    writeFileSync(file, `${lines.join("\n")}\n`);
    const fd = openSync(log, "a");
    // It ends with the test's process, however that ends.
    const args = ["--pdeathsig", "KILL", program ?? "", file, ...(options.sentinel ? ["--sentinel"] : [])];
    const started = spawn("setpriv", args, { stdio: ["ignore", fd, fd] });
    closeSync(fd);
    child = started;
    for (;;) {
      if (started.exitCode !== null || started.signalCode !== null)
        throw new Error(`Redis does not start: ${readFileSync(log, "utf8")}`);
      try {
        await ask("PING");
        return;
      } catch {
        // Not yet: the next turn asks again, or finds that it ended.
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  async function kill(): Promise<void> {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = once(ending, "exit");
    ending.kill("SIGKILL");
    await gone;
  }

  await start();
  return {
    port: port ?? 0,
    url,
    ask,
    kill,
    start,
    pause: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A certificate for 127.0.0.1 and localhost, signed by its own key. */
export function makeCertificate(folder: string): Certificate {
  selfSigned(folder, "localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost");
  const certFile = join(folder, "localhost.pem");
  const keyFile = join(folder, "localhost.key");
  return { ca: readFileSync(certFile, "utf8"), certFile, keyFile };
}

export interface RedisGroup {
  readonly url: string;
  /** Those that take writes now. */
  masters(): Promise<RedisServer[]>;
  /** Kills a master; resolves when another is in its place for all who could tell of it. */
  failOver(): Promise<void>;
  /** Lets servers change places with nobody dying: another master; or slot 0 at another one. Resolves when all know. */
  rearrange(): Promise<void>;
  stop(): Promise<void>;
}

/** One master, one replica and three Sentinels that find a dead master within a second or so. */
export async function startSentinels(password: string): Promise<RedisGroup> {
  const settings = ["repl-diskless-sync-delay 0", "repl-ping-replica-period 1"];
  const master = await startRedis({ password, settings });
  const replica = await startRedis({
    password,
    settings: [...settings, `replicaof 127.0.0.1 ${master.port}`],
  });
  await until(async () => String(await replica.ask("INFO", "replication")).includes("master_link_status:up"));
  const watching = [
    `sentinel monitor eye 127.0.0.1 ${master.port} 2`,
    `sentinel auth-pass eye ${JSON.stringify(password)}`,
    "sentinel down-after-milliseconds eye 600",
    "sentinel failover-timeout eye 1500",
  ];
  const sentinels = await Promise.all(
    [1, 2, 3].map(() => startRedis({ sentinel: true, settings: watching })),
  );
  /** Each knows the two others and the replica: before, they could not agree on another master. */
  await until(async () => {
    const known = await Promise.all(sentinels.map((one) => one.ask("SENTINEL", "MASTER", "eye")));
    return known.map(fields).every((one) => one["num-other-sentinels"] === "2" && one["num-slaves"] === "1");
  });
  const servers = [master, replica];
  const reigning = async (sentinel: RedisServer): Promise<RedisServer> => {
    const { port } = fields(await sentinel.ask("SENTINEL", "MASTER", "eye"));
    const found = servers.find((one) => String(one.port) === port);
    if (found === undefined) throw new Error(`a Sentinel names a server on port ${port}`);
    return found;
  };
  const succeeded = (before: RedisServer) =>
    until(async () => (await Promise.all(sentinels.map(reigning))).every((one) => one !== before));
  return {
    url: `redis+sentinel://:${encodeURIComponent(password)}@${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(",")}/eye`,
    masters: async () => [await reigning(sentinels[0] ?? master)],
    async failOver() {
      const before = await reigning(sentinels[0] ?? master);
      await before.kill();
      await succeeded(before);
    },
    async rearrange() {
      const before = await reigning(sentinels[0] ?? master);
      await sentinels[0]?.ask("SENTINEL", "FAILOVER", "eye");
      await succeeded(before);
    },
    stop: async () => void (await Promise.all([...sentinels, ...servers].map((one) => one.stop()))),
  };
}

/** Three masters, each with a replica that takes its place within about two seconds. */
export async function startCluster(password: string): Promise<RedisGroup> {
  const make = async (): Promise<RedisServer> => {
    const [bus] = await freePorts(1);
    const settings = ["cluster-enabled yes", `cluster-port ${bus}`, "cluster-node-timeout 1000"];
    settings.push("repl-diskless-sync-delay 0", "cluster-replica-validity-factor 0");
    const server = await startRedis({ password, settings });
    buses.set(server, bus ?? 0);
    return server;
  };
  const buses = new Map<RedisServer, number>();
  const servers = await Promise.all([1, 2, 3, 4, 5, 6].map(make));
  const [first, ...others] = servers;
  if (first === undefined) throw new Error("no server");
  const share = 16_384 / 3;
  for (const [at, server] of servers.slice(0, 3).entries())
    await server.ask(
      ...["CLUSTER", "ADDSLOTSRANGE", `${Math.ceil(at * share)}`, `${Math.ceil((at + 1) * share) - 1}`],
    );
  for (const [at, server] of servers.entries())
    await server.ask("CLUSTER", "SET-CONFIG-EPOCH", String(at + 1));
  for (const other of others)
    await first.ask("CLUSTER", "MEET", "127.0.0.1", String(other.port), String(buses.get(other)));
  const living = new Set(servers);
  const told = (server: RedisServer) =>
    server.ask("CLUSTER", "NODES").then((text) => String(text).trim().split("\n"));
  await until(async () => (await Promise.all(servers.map(told))).every((lines) => lines.length === 6));
  for (const [at, replica] of servers.slice(3).entries())
    await replica.ask("CLUSTER", "REPLICATE", String(await servers[at]?.ask("CLUSTER", "MYID")));
  const agreed = async (masters: number): Promise<boolean> => {
    const states = await Promise.all([...living].map((one) => one.ask("CLUSTER", "INFO")));
    if (!states.every((text) => String(text).includes("cluster_state:ok"))) return false;
    const views = await Promise.all([...living].map(told));
    return views.every(
      (lines) => lines.filter((line) => /master/.test(line) && / \d+-\d+$/.test(line)).length === masters,
    );
  };
  await until(() => agreed(3));
  await until(async () =>
    (await Promise.all(servers.slice(3).map((one) => one.ask("INFO", "replication")))).every((text) =>
      String(text).includes("master_link_status:up"),
    ),
  );
  const masters = async (): Promise<RedisServer[]> => {
    const roles = await Promise.all([...living].map(async (one) => ({ one, role: await one.ask("ROLE") })));
    return roles.filter(({ role }) => Array.isArray(role) && role[0] === "master").map(({ one }) => one);
  };
  return {
    url: `redis+cluster://:${encodeURIComponent(password)}@${servers
      .slice(0, 2)
      .map(({ port }) => `127.0.0.1:${port}`)
      .join(",")}`,
    masters,
    async failOver() {
      const [, victim] = await masters();
      if (victim === undefined) throw new Error("no second master");
      living.delete(victim);
      await victim.kill();
      await until(async () => (await masters()).length === 3 && (await agreed(3)));
    },
    async rearrange() {
      const reigning = await masters();
      const ids = await Promise.all(reigning.map((one) => one.ask("CLUSTER", "MYID")));
      const nodes = reigning.map((server, at) => ({ server, id: String(ids[at]) }));
      const has = String(await reigning[0]?.ask("CLUSTER", "NODES")).split("\n");
      const from = nodes.find(({ id }) => has.some((line) => line.startsWith(id) && / 0-\d+$/.test(line)));
      // The one with the highest epoch, whom the others believe at once.
      const epoch = (id: string) => Number(has.find((line) => line.startsWith(id))?.split(" ")[6]);
      const [to] = nodes.filter((node) => node !== from).sort((a, b) => epoch(b.id) - epoch(a.id));
      // No key is in it.
      await to?.server?.ask("CLUSTER", "SETSLOT", "0", "NODE", to.id);
      await from?.server?.ask("CLUSTER", "SETSLOT", "0", "NODE", to?.id ?? "");
      await until(async () =>
        (await Promise.all([...living].map(told))).every((lines) =>
          lines.some((line) => line.startsWith(to?.id ?? "?") && / 0( |$)/.test(line)),
        ),
      );
    },
    stop: async () => void (await Promise.all(servers.map((one) => one.stop()))),
  };
}

/** Replies that are maps come as objects or as flat lists, by protocol. */
function fields(reply: unknown): Record<string, unknown> {
  if (!Array.isArray(reply)) return { ...Object(reply) };
  return Object.fromEntries(
    Array.from({ length: reply.length / 2 }, (_, at) => [reply[2 * at], reply[2 * at + 1]]),
  );
}

/** Asks again until it is so: other processes come to it in their own time. */
async function until(so: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  for (;;) {
    let failed: unknown;
    try {
      if (await so()) return;
    } catch (error) {
      // Some answer later than others; the last reason is told at the end.
      failed = error;
    }
    if (performance.now() > end) throw new Error("Redis did not come to it in a minute", { cause: failed });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
