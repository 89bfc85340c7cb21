/** Loaded before a program that `handover.mjs` started: ends it cleanly when whoever started it has died. */
import { Socket } from "node:net";
import { isMainThread } from "node:worker_threads";

const starter = Number(new URL(import.meta.url).searchParams.get("starter"));

// A worker, or a process that this one forks, loads this again, and its fourth stream is something else.
if (isMainThread && process.ppid === starter) {
  const rope = new Socket({ fd: 3, readable: true, writable: false });
  rope.on("error", () => undefined).on("close", () => process.kill(process.pid, "SIGTERM"));
  rope.resume();
  rope.unref();
}
