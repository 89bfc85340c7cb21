/** `deploy/demo-cluster.sh`: three hubs, PostgreSQL, Redis and haproxy on this machine, to look at and to break. */
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { Health } from "@servereye/contract";
import { settings } from "../../apps/cli/src/surroundings.ts";
import { freePort } from "../system/ports.ts";
import { haproxyConfig } from "./balancer.ts";
import { findPrograms, haproxyIn, postgresIn, redisIn } from "./engines.ts";
import { agentMaking, type HubPlace, hubMaking } from "./hubs.ts";
import { type Making, type Part, startPart } from "./part.ts";
import { greeting, missing } from "./words.ts";

const HUBS = ["hub-1", "hub-2", "hub-3"];
const LOOK_MS = 1_000;

const say = (text: string): unknown => process.stdout.write(`${text}\n`);
const news = (text: string): unknown => say(`${new Date().toTimeString().slice(0, 8)}  ${text}`);

async function main(): Promise<number> {
  const programs = findPrograms();
  if ("missing" in programs) {
    process.stderr.write(`${missing(programs.missing)}\n`);
    return 1;
  }
  const stopping = new Promise<"stop">((done) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => done("stop"));
  });
  const env = settings();
  const folder = resolve(env.SERVEREYE_DATA_DIR ?? "./data", "demo-cluster");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const parts: Part[] = [];
  const undo: (() => void)[] = [];
  const add = async (making: Making): Promise<Part> => {
    const part = await startPart(making, news);
    parts.push(part);
    return part;
  };
  const began = performance.now();

  async function start(): Promise<void> {
    const programsHere = programs as Exclude<typeof programs, { missing: string[] }>;
    const log = (name: string) => join(folder, `${name}.log`);
    say("Starting PostgreSQL, Redis, three hubs and haproxy ...");
    const postgres = postgresIn(folder, programsHere, log("postgresql"));
    undo.push(postgres.remove);
    const postgresPart = await add(postgres.making);
    await postgres.prepare();
    const redis = redisIn(folder, programsHere, await freePort(), log("redis"));
    const redisPart = await add(redis.making);

    const port = await balancerPort(env.SERVEREYE_HTTP_PORT);
    const publicUrl = `http://127.0.0.1:${port}`;
    const places: HubPlace[] = [];
    for (const name of HUBS) places.push({ name, dataDir: join(folder, name), port: await freePort() });
    const shared = { databaseUrl: postgres.url, redisUrl: redis.url, publicUrl, settings: env };
    let lines: readonly string[] = [];
    const hubs: Part[] = [];
    for (const place of places)
      hubs.push(
        await add(
          hubMaking(place, shared, (told) => {
            lines = told;
          }),
        ),
      );
    const config = join(folder, "haproxy.cfg");
    writeFileSync(config, haproxyConfig(port, places), { mode: 0o600 });
    const balancer = await add(haproxyIn(programsHere, config, port, log("haproxy")));
    const [first] = places;
    if (first === undefined) throw new Error("there is no hub");
    const agent = await add(await agentMaking(folder, first, publicUrl));
    for (const [at, place] of places.entries()) watch(place, () => hubs[at]?.pid !== undefined);

    say(
      greeting({
        programs: programsHere,
        folder,
        terminal: first.dataDir,
        page: lines.map((line) => /http\S+#login=\S+/.exec(line)?.[0]).find((link) => link !== undefined),
        publicUrl,
        telegram: telegramOf(lines),
        rows: [
          { part: balancer, where: publicUrl },
          ...hubs.map((part, at) => ({ part, where: `http://127.0.0.1:${places[at]?.port}` })),
          { part: postgresPart, where: "a socket in the folder" },
          { part: redisPart, where: new URL(redis.url).host },
          { part: agent, where: "this machine, through haproxy" },
        ],
        seconds: (performance.now() - began) / 1_000,
      }),
    );
  }

  try {
    const how = await Promise.race([start().then(() => "started" as const), stopping]);
    if (how === "started") await stopping;
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    // The engines last: what the hubs still write has to arrive.
    const [engines, others] = [parts.slice(0, 2), parts.slice(2)];
    await Promise.all(others.map((part) => part.stop()));
    await Promise.all(engines.map((part) => part.stop()));
    for (const each of undo) each();
  }
}

/** The lines about Telegram, where a hub has any: the person's way in. */
const telegramOf = (lines: readonly string[]): string[] => {
  const at = lines.findIndex((line) => /^ {2}Telegram +(?! |off)/.test(line));
  if (at < 0) return [];
  const end = lines.findIndex((line, place) => place > at && /^ {2}Log|^$/.test(line));
  return lines.slice(at, end < 0 ? undefined : end);
};

/** The usual one, or any free one where that is taken. */
async function balancerPort(wished: string | undefined): Promise<number> {
  const port = Number(wished ?? 8080);
  if (port === 0 || !Number.isInteger(port)) return await freePort();
  const free = await new Promise<boolean>((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });
  return free ? port : await freePort();
}

/** Says when a hub's own word about itself changes. */
function watch(hub: HubPlace, up: () => boolean): void {
  let before = "";
  const look = async (): Promise<void> => {
    if (up()) {
      const now = await wordOf(hub.port);
      if (now !== before && before !== "" && now !== "") news(`${hub.name}: ${now}`);
      if (now !== "") before = now;
    }
    setTimeout(() => void look(), LOOK_MS).unref();
  };
  void look();
}

async function wordOf(port: number): Promise<string> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(LOOK_MS) });
    const { database, broker, agents } = Health.parse(await response.json());
    const parts = [
      database.status === "ok" ? "" : `PostgreSQL ${database.status}`,
      broker.status === "ok" ? "" : `Redis ${broker.status}`,
    ].filter((part) => part !== "");
    const holds = agents.connected === 1 ? "holds the agent" : "holds no agent";
    return parts.length === 0 ? `well, ${holds}` : parts.join(", ");
  } catch {
    // It ends, or starts: whoever watches the process tells that.
    return "";
  }
}

process.exitCode = await main();
process.exit();
