/** Two regions with a Redis, a hub and an agent each, in network namespaces, and the link between them cut. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { joinPlaces, type Place } from "../engines/namespaces.ts";
import { startPostgres15 } from "../engines/postgres15.ts";
import { needs } from "../engines.ts";
import { agentsIn } from "./agents.ts";
import { type HubProcess, hubApart } from "./hubs.ts";
import { PATIENCE_MS, type Running, run } from "./process.ts";
import { createUndo } from "./undo.ts";

const CLI = join(import.meta.dirname, "../../apps/cli/src/main.ts");

/** The one who runs the hubs, at a terminal in one of the two places. */
interface Terminal {
  /** What was said to it, up to the line that fits. */
  ask(text: string, fits: RegExp): Promise<string>;
}

describe("two regions", needs("root", "ip", "redis", "postgres15"), () => {
  const undo = createUndo();
  const hubs: Record<"east" | "west", HubProcess | undefined> = { east: undefined, west: undefined };
  let places: ReturnType<typeof joinPlaces>;
  let east: Terminal;
  let west: Terminal;

  before(async () => {
    places = joinPlaces();
    undo.add(() => places.close());
    const folder = mkdtempSync(join(tmpdir(), "eye-"));
    undo.add(() => rmSync(folder, { recursive: true, force: true }));
    const started = (one: Running) => undo.add(() => one.end("SIGKILL"));
    // On a unix socket, which is the one thing that both places share.
    const postgres = await startPostgres15();
    undo.add(() => postgres.stop());
    const { host, port, user, database } = postgres.connection;
    const databaseUrl = `postgres://${user}:none@x/${database}?host=${encodeURIComponent(host)}&port=${port}`;
    const startAgent = agentsIn(folder, started);

    async function region(name: "east" | "west", place: Place, other: Place): Promise<Terminal> {
      await redisIn(place, started);
      const dataDir = join(folder, name);
      mkdirSync(dataDir, { mode: 0o700 });
      const env = {
        SERVEREYE_DATA_DIR: dataDir,
        SERVEREYE_HTTP_PORT: "0",
        SERVEREYE_REGION: name,
        DATABASE_URL: databaseUrl,
        REDIS_URL: `redis://${place.address}`,
        [name === "east" ? "REDIS_URL_WEST" : "REDIS_URL_EAST"]: `redis://${other.address}`,
      };
      const hub = await hubApart(env, started, place.through);
      undo.add(() => hub.stop());
      hubs[name] = hub;
      const { agentUrl: url, hubKey, enrol } = hub;
      await startAgent(`in-${name}`, { url, hubKey, enrol, through: place.through }).connected();
      await hub.ready;
      return terminalIn(place, dataDir, started);
    }
    east = await region("east", places.near, places.far);
    west = await region("west", places.far, places.near);
  });
  after(() => undo.run());

  it("a server of another region is asked as one of the own", async () => {
    await east.ask("/ping in-east", /🏓 in-east/);
    await east.ask("/ping in-west", /🏓 in-west/);
    await west.ask("/ping in-east", /🏓 in-east/);
    await east.ask("/servers", /2 servers, 2 online/);
    // The first hub began when the other region was not there yet.
    assert.match(log("east"), /"region\.away","region":"west".*"region\.back","region":"west"/s);
    assert.doesNotMatch(log("west"), /region\.away/);
  });

  it("cut off: the far one is said to be out of reach, never to be offline; the near ones go on", async () => {
    const before = log("east").length;
    places.cut();
    // Before the command's own deadline, or it would be "did not answer within 5 s".
    await east.ask("/ping in-west", /can not reach region west/);
    await east.ask("/ping in-east", /🏓 in-east/);
    await west.ask("/ping in-east", /can not reach region east/);
    await west.ask("/ping in-west", /🏓 in-west/);
    await east.ask("/memory in-west", /can not reach region west/);
    await east.ask("/servers", /in-west .*region west is out of sight/);
    await east.ask("/status in-west", /region west is out of sight/);
    assert.equal(
      log("east")
        .slice(before)
        .match(/"region\.away"/g)?.length,
      1,
    );
  });

  it("restored: all is as before, by itself", async () => {
    const before = log("east").length;
    places.restore();
    const began = performance.now();
    for (const [terminal, name] of [
      [east, "in-west"],
      [west, "in-east"],
    ] as const)
      for (;;) {
        const said = await terminal.ask(`/ping ${name}`, /🏓|can not reach region/);
        if (said.includes(`🏓 ${name}`)) break;
        assert.ok(performance.now() - began < PATIENCE_MS, said);
      }
    // 5 s is what is promised of a machine that has nothing else to do.
    assert.ok(performance.now() - began < 10_000, `${Math.round(performance.now() - began)} ms`);
    await east.ask("/servers", /2 servers, 2 online/);
    assert.match(log("east").slice(before), /"region\.back"/);
  });

  const log = (name: "east" | "west"): string => readFileSync(hubs[name]?.logFile ?? "", "utf8");
});

/** A Redis that forgets, reachable from both places. */
async function redisIn(place: Place, started: (running: Running) => void): Promise<void> {
  const [program = "", ...args] = [...place.through, "setpriv", "--pdeathsig", "KILL"];
  const quiet = [
    "redis-server",
    "--bind",
    place.address,
    "--protected-mode",
    "no",
    "--save",
    "",
    "--appendonly",
    "no",
  ];
  const redis = run(program, [...args, ...quiet], { cwd: tmpdir(), env: { PATH: process.env.PATH } });
  started(redis);
  await redis.line((line) => line.includes("Ready to accept connections"));
}

/** `servereye chat` in a pipe. */
function terminalIn(place: Place, dataDir: string, started: (running: Running) => void): Terminal {
  const [program = "", ...args] = [...place.through, process.execPath, CLI, "chat"];
  const chat = run(program, args, {
    cwd: dataDir,
    env: { PATH: process.env.PATH, SERVEREYE_DATA_DIR: dataDir, LANG: "C.UTF-8" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  started(chat);
  return {
    async ask(text, fits) {
      const before = chat.lines();
      chat.child.stdin?.write(`${text}\n`);
      const found = await chat.line((line) => fits.test(line), before);
      return found;
    },
  };
}
