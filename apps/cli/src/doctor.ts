/** `servereye doctor`: what is as it should be, what is not, and what to do about it. */
import { existsSync, statSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { Health } from "@servereye/contract";
import { Advice, findHub } from "./local-hub.ts";
import { dataFolder, type Env, settings } from "./surroundings.ts";

export interface Finding {
  good: boolean;
  what: string;
  /** What to do, where it is not good. */
  advice?: string;
}

const OLDEST_NODE = 24;
const LEAST_FREE_BYTES = 500 * 1024 * 1024;
/** A clock before the first release of ServerEye is wrong. Epoch ms. */
const FIRST_RELEASE = Date.UTC(2026, 10, 1);
const CLOCK_OFF_MS = 30_000;
const DEADLINE_MS = 3_000;

export async function doctor(): Promise<number> {
  const env = settings();
  const data = dataFolder(env);
  const findings = [
    nodeFinding(process.versions.node),
    folderFinding(data),
    await spaceFinding(data),
    ...envFileFindings(),
    ...tokenFindings(env),
    ...(await hubFindings(data)),
    await clockFinding(env),
  ];
  for (const { good, what, advice } of findings)
    process.stdout.write(`${good ? "✓" : "✗"} ${what}${advice === undefined ? "" : `\n    ${advice}`}\n`);
  return findings.every(({ good }) => good) ? 0 : 1;
}

export function nodeFinding(version: string): Finding {
  const good = Number.parseInt(version, 10) >= OLDEST_NODE;
  const what = `Node ${version}`;
  return good
    ? { good, what }
    : { good, what, advice: `Node ${OLDEST_NODE} is needed: "npm start" brings it along.` };
}

export function folderFinding(folder: string): Finding {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined)
    return { good: true, what: `Data folder ${folder}: not there yet, the first start makes it` };
  if (!found.isDirectory())
    return {
      good: false,
      what: `Data folder ${folder} is no folder`,
      advice: "Set SERVEREYE_DATA_DIR to a folder.",
    };
  const user = process.getuid?.();
  if (user !== undefined && user !== 0 && found.uid !== user)
    return {
      good: false,
      what: `Data folder ${folder} belongs to another user (${found.uid})`,
      advice: "Start ServerEye as that user, or set SERVEREYE_DATA_DIR to a folder of yours.",
    };
  if ((found.mode & 0o022) !== 0)
    return {
      good: false,
      what: `Data folder ${folder} can be changed by other users`,
      advice: `It holds keys: chmod go-w ${folder}`,
    };
  return { good: true, what: `Data folder ${folder}` };
}

async function spaceFinding(folder: string): Promise<Finding> {
  let at = folder;
  while (!existsSync(at)) at = dirname(at);
  const { bavail, bsize } = await statfs(at);
  const free = bavail * bsize;
  const what = `Disk: ${(free / 1024 ** 3).toFixed(1)} GiB free at ${at}`;
  return free >= LEAST_FREE_BYTES
    ? { good: true, what }
    : { good: false, what, advice: "Make room: the database needs 500 MiB to be safe." };
}

function envFileFindings(): Finding[] {
  const found = statSync(".env", { throwIfNoEntry: false });
  if (found === undefined) return [];
  return (found.mode & 0o077) === 0
    ? [{ good: true, what: ".env is readable by you alone" }]
    : [{ good: false, what: "Other users can read .env, and it may hold secrets", advice: "chmod 600 .env" }];
}

export function tokenFindings(env: Env): Finding[] {
  const token = env.TELEGRAM_BOT_TOKEN?.trim();
  if (!token) return [{ good: true, what: "Telegram: off (no TELEGRAM_BOT_TOKEN)" }];
  return /^\d+:[A-Za-z0-9_-]{10,}$/.test(token)
    ? [{ good: true, what: "TELEGRAM_BOT_TOKEN has the form of a bot token" }]
    : [
        {
          good: false,
          what: "TELEGRAM_BOT_TOKEN has not the form of a bot token (123456:ABC…)",
          advice: "Copy it again from @BotFather.",
        },
      ];
}

async function hubFindings(data: string): Promise<Finding[]> {
  try {
    const { url, version } = findHub(data);
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(DEADLINE_MS) });
    return healthFindings(Health.parse(await response.json()), url, version);
  } catch (error) {
    if (error instanceof Advice)
      return [{ good: false, what: "The hub does not run", advice: error.message }];
    return [
      {
        good: false,
        what: "The hub was started here and does not answer now",
        advice: 'Start it again with "npm start"; its log is in the data folder, logs/hub.log.',
      },
    ];
  }
}

export function healthFindings(health: Health, url: string, version: string): Finding[] {
  const part = (
    name: string,
    { status, detail }: { status: string; detail?: string | undefined },
  ): Finding => {
    const good = status === "ok" || status === "off";
    const what = `${name}: ${status}${detail === undefined ? "" : ` (${detail})`}`;
    return good ? { good, what } : { good, what, advice: "See logs/hub.log in the data folder." };
  };
  const { connected } = health.agents;
  return [
    { good: true, what: `Hub ${version} at ${url}, up for ${Math.floor(health.uptime)} s` },
    part("Database", health.database),
    part("Broker", health.broker),
    part("Telegram connection", health.telegram),
    connected > 0
      ? { good: true, what: `Agents connected: ${connected}` }
      : {
          good: false,
          what: "No agent is connected",
          advice: "See logs/agent.log, or add a server with /add.",
        },
  ];
}

/** With Telegram in use its server's clock is at hand to compare with; otherwise only nonsense is seen. */
async function clockFinding(env: Env): Promise<Finding> {
  const bad = (what: string): Finding => ({
    good: false,
    what,
    advice: "Turn on time synchronisation: signed commands live for seconds (timedatectl set-ntp true).",
  });
  if (Date.now() < FIRST_RELEASE) return bad(`Clock: ${new Date().toISOString()} is in the past`);
  if (!env.TELEGRAM_BOT_TOKEN) return { good: true, what: `Clock: ${new Date().toISOString()}` };
  try {
    const response = await fetch(env.TELEGRAM_API_ROOT ?? "https://api.telegram.org", {
      method: "HEAD",
      redirect: "manual",
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    const off = Date.now() - Date.parse(response.headers.get("date") ?? "");
    if (Math.abs(off) > CLOCK_OFF_MS) return bad(`Clock: ${Math.round(off / 1000)} s off from Telegram's`);
  } catch {
    // Whether Telegram can be reached is told by the hub's health; without it there is nothing to compare with.
    return { good: true, what: `Clock: ${new Date().toISOString()} (not compared)` };
  }
  return { good: true, what: "Clock: agrees with Telegram's" };
}
