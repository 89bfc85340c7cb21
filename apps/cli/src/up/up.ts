/** `servereye up`: the hub and this machine's agent, started, watched and stopped together. */
import { type ChildProcess, fork } from "node:child_process";
import { HubNotice } from "@servereye/contract";
import { dataFolder, HUB_NODE, HUB_PROGRAM, settings } from "../surroundings.ts";
import { startAgent } from "./agent.ts";

/** Both have this long to end by themselves; whoever asked waits under 2 s, ms. */
const AGENT_MS = 1_400;
const HUB_MS = 1_900;

export async function up(): Promise<number> {
  const env = settings();
  const dataDir = dataFolder(env);
  // What this process was started with (a debugger, a tether) is not for the hub.
  const hub = fork(HUB_PROGRAM, [], {
    execArgv: [...HUB_NODE],
    env: { ...process.env, SERVEREYE_LOCAL_AGENT: env.SERVEREYE_LOCAL_AGENT ?? "on" },
  });
  const hubEnd = endOf(hub);
  let agent: ReturnType<typeof startAgent> | undefined;
  let failed = false;

  hub.on("message", (message) => {
    const read = HubNotice.safeParse(message);
    // A notice of a newer hub that this command line does not know yet.
    if (!read.success) return;
    const notice = read.data;
    if (notice.type === "progress") process.stderr.write(`· ${notice.text}\n`);
    else if (notice.type === "ready") process.stdout.write(`${notice.lines.join("\n")}\n`);
    else if (notice.type === "failed") {
      failed = true;
      process.stderr.write(`${notice.line}\n`);
    } else agent ??= startAgent({ ...notice, dataDir });
  });

  let asked = false;
  const stopping = new Promise<void>((resolve) => {
    const stop = (): void => {
      asked = true;
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  });
  const how = await Promise.race([hubEnd, stopping.then(() => undefined)]);
  if (how === undefined) hub.kill("SIGTERM");
  const late = setTimeout(() => hub.kill("SIGKILL"), HUB_MS);
  await Promise.all([hubEnd, agent?.stop(AGENT_MS)]);
  clearTimeout(late);
  if (asked) return 0;
  if (!failed && how !== undefined && how.code !== 0)
    process.stderr.write(
      `The hub ended unexpectedly (${how.signal ?? `code ${how.code}`}). Start it again: what it knew is kept.\n`,
    );
  return failed || how?.code !== 0 ? 1 : 0;
}

interface End {
  code: number | null;
  signal: NodeJS.Signals | null;
}

function endOf(child: ChildProcess): Promise<End> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
}
