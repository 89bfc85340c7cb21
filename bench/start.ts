/** How long a warm start takes: until `/health` is 200, beside a Node that does nothing. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../test/system/ports.ts";
import { startChild } from "./child.ts";
import { benchFolder, root } from "./folder.ts";
import { median } from "./summary.ts";

export interface StartTime {
  what: string;
  /** Ms. */
  median: number;
  longest: number;
  runs: number;
}

const hubMain = join(root, "apps/hub/src/main.ts");
const cliMain = join(root, "apps/cli/src/main.ts");

/** The first start of each kind makes the store and fills the caches; it is not counted. */
export async function startTimes({ runs }: { runs: number }): Promise<StartTime[]> {
  const folder = benchFolder("start");
  try {
    const kinds: [string, () => Promise<number>][] = [
      ["`node -e 0`", nothing],
      ["the hub alone", () => served(hubMain, [], join(folder.path, "hub"))],
    ];
    if (existsSync(cliMain))
      kinds.push(["all of it (`npm start`)", () => served(cliMain, ["up"], join(folder.path, "up"))]);
    const times: StartTime[] = [];
    for (const [what, start] of kinds) {
      await start();
      const took: number[] = [];
      for (let at = 0; at < runs; at++) took.push(await start());
      times.push({ what, median: median(took), longest: Math.max(...took), runs });
    }
    return times;
  } finally {
    folder.remove();
  }
}

async function nothing(): Promise<number> {
  const began = performance.now();
  const child = startChild("-e", { args: ["0"] });
  await new Promise((resolve) => child.process.once("exit", resolve));
  return performance.now() - began;
}

/** From the start of the process until `/health` is 200; it is stopped again before this resolves. */
async function served(script: string, args: readonly string[], dataDir: string): Promise<number> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const port = await freePort();
  const env = { SERVEREYE_DATA_DIR: dataDir, SERVEREYE_HTTP_PORT: String(port) };
  const began = performance.now();
  const child = startChild(script, { args, cwd: dataDir, env });
  try {
    while (!(await healthy(port))) {
      if (performance.now() - began > 60_000 || child.process.exitCode !== null)
        throw new Error(`${script} did not become healthy; it said:\n${child.said()}`);
      await wait(5);
    }
    return performance.now() - began;
  } finally {
    await child.stop();
  }
}

async function healthy(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health`)).status === 200;
  } catch {
    // Nobody listens yet: that is what is waited for.
    return false;
  }
}
