/** Several hubs on a real PostgreSQL and Redis, agents behind a balancer, one Telegram; a fault proxy on every line. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HubNotice } from "@servereye/contract";
import { createDatabase } from "../engines/databases.ts";
import { startPostgres15 } from "../engines/postgres15.ts";
import { type RedisServer, startRedis } from "../engines/redis.ts";
import { type FaultProxy, startFaultProxy, type Target } from "../faults/proxy.ts";
import type { Actor } from "../telegram/actor.ts";
import { type Emulator, type EmulatorOptions, startTelegramEmulator } from "../telegram/emulator.ts";
import { createMember, type Making, type Member } from "./member.ts";
import { freePort } from "./ports.ts";
import { PATIENCE_MS, type Running } from "./process.ts";
import { ask } from "./system.ts";
import { createUndo } from "./undo.ts";

const root = join(import.meta.dirname, "../..");

export interface ClusterOptions {
  hubs: number;
  /** Without it there can be one hub only. */
  redis?: boolean;
  /** More of every hub's environment. */
  env?: Record<string, string>;
  emulator?: EmulatorOptions;
}

export interface HubMember extends Member {
  /** `http://127.0.0.1:port`, also past the balancer. */
  readonly url: string;
  /** Its lines to the others, each through a fault proxy of its own. */
  readonly lines: Readonly<Record<"postgres" | "redis" | "telegram", FaultProxy>>;
}

export interface AgentMember extends Member {
  /** Resolves when it is in; from the line `after` of its process on. */
  connected(after?: number): Promise<void>;
  /** Its line to the balancer. */
  readonly line: FaultProxy;
}

/** PostgreSQL or Redis. */
export interface Engine {
  /** False for a Redis that this cluster does without. */
  readonly there: boolean;
  readonly up: boolean;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Again on the same port or socket; Redis comes back empty. */
  start(): Promise<void>;
}

export interface RedisEngine extends Engine {
  readonly port: number;
  /** Holds it: its connections stay, and nobody answers on them. */
  pause(): void;
  resume(): void;
}

export interface Cluster {
  readonly folder: string;
  readonly emulator: Emulator;
  readonly hubs: readonly HubMember[];
  readonly postgres: Engine;
  readonly redis: RedisEngine;
  readonly agents: readonly AgentMember[];
  /** Agents dial this: each connection goes to the next hub that accepts. */
  readonly balancer: FaultProxy;
  /** The admin. */
  readonly ann: Actor;
  /** Adds a server as a person does, with an agent that counts its runs (test/chaos/agent.ts). */
  addAgent(name: string): Promise<AgentMember>;
  /** Somebody who may see these servers. */
  addPerson(id: number, servers: readonly string[]): Promise<Actor>;
  /** Ends everything. */
  close(): Promise<void>;
}

export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const undo = createUndo();
  try {
    return await open(options, undo);
  } catch (error) {
    await undo.run();
    throw error;
  }
}

async function open(options: ClusterOptions, undo: ReturnType<typeof createUndo>): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), "cluster-"));
  undo.add(() => rmSync(folder, { recursive: true, force: true }));
  const emulator = await startTelegramEmulator({ limits: false, ...options.emulator });
  undo.add(() => emulator.close());
  const server = await startPostgres15();
  undo.add(() => server.stop());
  const { database, user } = await createDatabase(server.connection);
  const redis = options.redis === false ? undefined : await startRedis();
  undo.add(() => redis?.stop());
  const proxied = async (target: Target | (() => readonly Target[])) => {
    const proxy = await startFaultProxy(target);
    undo.add(() => proxy.close());
    return proxy;
  };
  const { host, port } = server.connection;
  const postgresAt = { path: join(host, `.s.PGSQL.${port}`) };
  const telegramAt = { port: Number(new URL(emulator.url).port) };

  const hubs: HubMember[] = [];
  for (let at = 1; at <= options.hubs; at++) {
    const lines = {
      postgres: await proxied(postgresAt),
      redis: await proxied({ port: redis?.port ?? 1 }),
      telegram: await proxied(telegramAt),
    };
    const own = await freePort();
    const data = join(folder, `hub-${at}`);
    mkdirSync(data, { mode: 0o700 });
    const member = createMember(`hub-${at}`, () => ({
      file: process.execPath,
      args: [join(root, "apps/hub/src/main.ts")],
      cwd: data,
      ipc: true,
      works: ready,
      env: {
        SERVEREYE_DATA_DIR: data,
        SERVEREYE_HTTP_PORT: String(own),
        SERVEREYE_ADMINS: "1",
        SERVEREYE_LOG_LEVEL: "debug",
        DATABASE_URL: `postgres://${user}@127.0.0.1:${lines.postgres.port}/${database}`,
        ...(redis === undefined ? {} : { REDIS_URL: `redis://127.0.0.1:${lines.redis.port}` }),
        TELEGRAM_BOT_TOKEN: emulator.token,
        TELEGRAM_API_ROOT: `http://127.0.0.1:${lines.telegram.port}`,
        ...options.env,
      },
    }));
    undo.add(() => member.kill());
    hubs.push(Object.assign(member, { url: `http://127.0.0.1:${own}`, lines }));
  }
  // The database's schema is whichever hub's that comes first.
  await Promise.all(hubs.map((hub) => hub.start()));

  const balancer = await proxied(() => hubs.map(({ url }) => ({ port: Number(new URL(url).port) })));
  const ann = emulator.control.person({ id: 1, firstName: "Ann" });
  const agents: AgentMember[] = [];

  return {
    folder,
    emulator,
    hubs,
    balancer,
    ann,
    agents,
    redis: redis === undefined ? absent : redisEngine(redis),
    postgres: {
      there: true,
      get up() {
        return server.pid !== undefined;
      },
      kill: server.kill,
      start: server.start,
    },
    async addAgent(name) {
      const { text } = await ask(ann, "/add");
      const [, enrol = "", hubKey = ""] = /--enrol (\S+) --hub-key (\S+)/.exec(text) ?? [];
      const line = await proxied({ port: balancer.port });
      const data = join(folder, `agent-${name}`);
      mkdirSync(data, { mode: 0o700 });
      let lives = 0;
      const member = createMember(name, (): Making => {
        const place = [
          "--hub",
          `ws://127.0.0.1:${line.port}`,
          "--hub-key",
          hubKey,
          "--data",
          data,
          "--name",
          name,
        ];
        lives++;
        return {
          file: process.execPath,
          args: [join(root, "test/chaos/agent.ts"), ...place],
          cwd: data,
          env: { SERVEREYE_AGENT_ENROL: enrol, CHAOS_RUNS_BEFORE: String((lives - 1) * 10_000) },
          works: (running) => running.line((text) => text.includes('"link.dialing"')),
        };
      });
      undo.add(() => member.kill());
      const agent = Object.assign(member, {
        line,
        connected: async (after = 0) => {
          await member.process?.line((text) => text.includes('"link.connected"'), after);
        },
      });
      await agent.start();
      await agent.connected();
      agents.push(agent);
      return agent;
    },
    async addPerson(id, servers) {
      const person = emulator.control.person({ id, firstName: `Person ${id}` });
      for (const name of servers) {
        const { text } = await ask(ann, `/invite ${name} viewer`);
        await ask(person, `/start ${/start=(inv_\S+)/.exec(text)?.[1] ?? text}`);
      }
      return person;
    },
    close: undo.run,
  };
}

/** Resolves when a hub says that it is ready. */
function ready(running: Running): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`${why}; the hub wrote:\n${running.output().slice(-4_000)}`));
    };
    const timer = setTimeout(() => fail("the hub was not ready in time"), 2 * PATIENCE_MS);
    void running.ended.then((how) => fail(`the hub ended: ${how}`));
    running.child.on("message", (raw) => {
      const notice = HubNotice.parse(raw);
      if (notice.type === "failed") fail(notice.line);
      if (notice.type !== "ready") return;
      clearTimeout(timer);
      resolve();
    });
  });
}

const absent: RedisEngine = {
  there: false,
  up: false,
  port: 0,
  kill: () => Promise.reject(new Error("this cluster has no Redis")),
  start: () => Promise.reject(new Error("this cluster has no Redis")),
  pause: () => undefined,
  resume: () => undefined,
};

function redisEngine(server: RedisServer): RedisEngine {
  let up = true;
  return {
    there: true,
    port: server.port,
    get up() {
      return up;
    },
    async kill() {
      up = false;
      await server.kill();
    },
    async start() {
      await server.start();
      up = true;
    },
    pause: server.pause,
    resume: server.resume,
  };
}
