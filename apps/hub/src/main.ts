/** The hub as a process: configuration in, a few clear lines out, a clean stop on Ctrl-C or SIGTERM. */
import { enableCompileCache } from "node:module";
import { type HubNotice, withoutSecrets } from "@servereye/contract";
import type { Hub, Mistake } from "./hub.ts";

// Saves about a third of the time from start to ready, from the second start on.
enableCompileCache();

const { readConfig } = await import("./config.ts");
const { environment } = await import("./environment.ts");
const { startHub } = await import("./hub.ts");
const { startFault } = await import("./start-fault.ts");
const { greeting } = await import("./greeting.ts");

/** The end after a mistake, told apart from a start that failed (1). */
const EXIT_MISTAKE = 70;

/** Started by the command line (which prints) or alone (then this process prints). */
const told = process.send !== undefined;

function tell(notice: HubNotice): void {
  if (told) process.send?.(notice, undefined, {}, () => undefined);
  else if (notice.type === "failed") process.stderr.write(`${notice.line}\n`);
  else if (notice.type === "ready") process.stderr.write(`${notice.lines.join("\n")}\n`);
}

let running: Hub | undefined;

function tellMistake(kind: Mistake, error: unknown): void {
  const words = error instanceof Error ? error.stack : String(error);
  process.stderr.write(`hub.mistake (${kind}) ${withoutSecrets(words ?? "")}\n`);
  running?.mistake(kind, error);
}

/**
 * A failure that somebody forgot to look at is no reason to leave everybody without an answer. After an error that was
 * thrown in the middle of something nobody knows what is half done: whoever started the hub starts it again, and what
 * it had taken on is in the store.
 */
function survive(): void {
  process.on("unhandledRejection", (error) => tellMistake("rejection", error));
  process.on("uncaughtException", (error) => {
    tellMistake("exception", error);
    process.exit(EXIT_MISTAKE);
  });
}

async function main(): Promise<number> {
  survive();
  const began = performance.now();
  const stopping = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
    // The process that started this one has died: nobody would stop this hub any more.
    if (told) process.on("disconnect", () => resolve());
  });
  try {
    const { env, warning } = environment();
    const config = readConfig(env);
    const starting = startHub({
      config,
      logToFile: told || process.stderr.isTTY === true,
      progress: (text) => tell({ type: "progress", text }),
      localAgent: (place) => tell({ type: "agent", ...place }),
    });
    // Told to stop while still starting: the start is let come to its end, then everything is stopped in order.
    const hub = await starting;
    running = hub;
    const first = await Promise.race([
      hub.ready.then(() => "ready" as const),
      stopping.then(() => "stop" as const),
    ]);
    if (first === "ready") {
      tell({ type: "ready", lines: greeting(hub, config, { tookMs: performance.now() - began, warning }) });
      await stopping;
    }
    await hub.stop();
    return 0;
  } catch (error) {
    tell({ type: "failed", line: startFault(error) });
    return 1;
  }
}

process.exitCode = await main();
// Nothing is left to do: handles that third parties keep open must not keep the process.
if (told && process.connected) process.disconnect();
setTimeout(() => process.exit(), 50).unref();
