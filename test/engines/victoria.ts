/** Debian's VictoriaMetrics for tests: one on loopback with a folder of its own, killed and started again at will. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engine } from "../engines.ts";
import { freePort } from "../system/ports.ts";

export interface Victoria {
  readonly port: number;
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** Makes what was written to be found by queries now. */
  settle(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with what it has on its disk. */
  start(): Promise<void>;
  /** Holds it: its connections stay, and nobody answers on them. */
  pause(): void;
  resume(): void;
  /** Stops it and throws its files away. */
  stop(): Promise<void>;
}

/** Makes and starts one with these flags besides. Ask `needs("victoria-metrics")` before. */
export async function startVictoria(
  flags: readonly string[] = ["-dedup.minScrapeInterval=1ms"],
): Promise<Victoria> {
  const program = engine("victoria-metrics");
  if (program === undefined) throw new Error("there is no VictoriaMetrics here");
  const folder = mkdtempSync(join(tmpdir(), "victoria-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log = join(folder, "log");
  const args = [
    ...[`-httpListenAddr=127.0.0.1:${port}`, `-storageDataPath=${join(folder, "data")}`],
    ...["-retentionPeriod=10y", "-memory.allowedBytes=64MB", ...flags],
  ];
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const fd = openSync(log, "a");
    // It ends with the test's process, however that ends.
    const started = spawn("setpriv", ["--pdeathsig", "KILL", program ?? "", ...args], {
      stdio: ["ignore", fd, fd],
    });
    closeSync(fd);
    child = started;
    for (;;) {
      if (started.exitCode !== null || started.signalCode !== null)
        throw new Error(`VictoriaMetrics does not start: ${readFileSync(log, "utf8")}`);
      try {
        await fetch(`${url}/health`, { signal: AbortSignal.timeout(5_000) });
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
    port,
    url,
    async settle() {
      await fetch(`${url}/internal/force_flush`, { signal: AbortSignal.timeout(20_000) });
    },
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
