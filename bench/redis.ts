/** Debian's redis-server for a bench: on a free port of this machine, keeping nothing on the disk. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { engine } from "../test/engines.ts";
import { freePort } from "../test/system/ports.ts";

export interface RunningRedis {
  readonly pid: number;
  readonly url: string;
}

export const redisIsHere = (): boolean => engine("redis") !== undefined;

/** Resolves when it takes connections; how to stop it is added to `stops`. */
export async function startRedis(folder: string, stops: (() => unknown)[]): Promise<RunningRedis> {
  const program = engine("redis");
  if (program === undefined) throw new Error("there is no redis-server here: apt-get install redis-server");
  const port = await freePort();
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder];
  const child = spawn(program, [...options, "--save", "", "--appendonly", "no"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  stops.push(() => {
    child.kill("SIGTERM");
    return ended;
  });
  let said = "";
  for await (const chunk of child.stdout.setEncoding("utf8")) {
    said += String(chunk);
    if (said.includes("Ready to accept connections")) break;
  }
  if (child.exitCode !== null || child.pid === undefined) throw new Error(`redis-server ended: ${said}`);
  return { pid: child.pid, url: `redis://127.0.0.1:${port}` };
}
