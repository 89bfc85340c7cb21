/** The cluster's own programs: three hubs, and this machine's agent behind the balancer. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { HubNotice } from "@servereye/contract";
import { agentProgram, HUB_NODE, HUB_PROGRAM } from "../../apps/cli/src/surroundings.ts";
import type { Making } from "./part.ts";

const root = join(import.meta.dirname, "../..");

/** What this machine's own settings say of Telegram and of people goes to every hub; where things are does not. */
const HANDED_ON =
  /^(TELEGRAM_|SERVEREYE_(ADMINS|REGISTRATION|LOG_LEVEL)$|HTTPS?_PROXY|ALL_PROXY|NO_PROXY|PATH$|HOME$|LANG|LC_)/i;

const handedOn = (env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => HANDED_ON.test(name)));

export interface HubPlace {
  name: string;
  dataDir: string;
  port: number;
}

/** `told` hears the lines the hub would print. */
export function hubMaking(
  hub: HubPlace,
  shared: {
    databaseUrl: string;
    redisUrl: string;
    publicUrl: string;
    settings: Readonly<Record<string, string | undefined>>;
  },
  told: (lines: readonly string[]) => void,
): Making {
  mkdirSync(hub.dataDir, { recursive: true, mode: 0o700 });
  return {
    name: hub.name,
    command: [process.execPath, ...HUB_NODE, HUB_PROGRAM],
    log: join(hub.dataDir, "output.log"),
    cwd: hub.dataDir,
    tie: "ipc",
    env: {
      ...handedOn(shared.settings),
      SERVEREYE_DATA_DIR: hub.dataDir,
      SERVEREYE_HTTP_PORT: String(hub.port),
      SERVEREYE_PUBLIC_URL: shared.publicUrl,
      DATABASE_URL: shared.databaseUrl,
      REDIS_URL: shared.redisUrl,
    },
    works: (child) =>
      new Promise((resolve, reject) => {
        child.on("message", (message) => {
          const notice = HubNotice.safeParse(message).data;
          if (notice?.type === "failed") reject(new Error(`${hub.name}: ${notice.line}`));
          if (notice?.type !== "ready") return;
          told(notice.lines);
          resolve(undefined);
        });
      }),
  };
}

/** The agent dials the balancer. Where it is not known yet, the owner adds it at a hub's terminal, as a person would. */
export async function agentMaking(folder: string, hub: HubPlace, publicUrl: string): Promise<Making> {
  const data = join(folder, "agent");
  const added = existsSync(join(data, "hub.json")) ? [] : await invitation(hub);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const { PATH, HOME, LANG } = process.env;
  return {
    name: "agent",
    command: [
      ...[process.execPath, agentProgram(), "--hub", publicUrl.replace("http:", "ws:")],
      ...["--data", data, "--with-parent", ...added],
    ],
    log: join(folder, "agent.log"),
    tie: "stdin",
    env: { PATH, HOME, LANG },
    works: async () => undefined,
  };
}

const runFile = promisify(execFile);

/** `--enrol TOKEN --hub-key KEY` from the line that /add shows. */
async function invitation(hub: HubPlace): Promise<string[]> {
  const child = runFile(process.execPath, [join(root, "apps/cli/src/main.ts"), "chat"], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, SERVEREYE_DATA_DIR: hub.dataDir, COLUMNS: "1000" },
    timeout: 20_000,
  });
  child.child.stdin?.end("/add\n");
  const { stdout } = await child;
  const [, enrol, hubKey] = /--enrol (\S+) --hub-key (\S+)/.exec(stdout.replaceAll(/\s+/g, " ")) ?? [];
  if (enrol === undefined || hubKey === undefined)
    throw new Error(`${hub.name} gave no line to add a server by`);
  return ["--enrol", enrol, "--hub-key", hubKey];
}
