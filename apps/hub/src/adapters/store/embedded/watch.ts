/** Noticing that the private PostgreSQL has gone, whoever started it, and keeping its log small meanwhile. */
import { runsOn } from "./postmaster.ts";
import { trimServerLog } from "./server-log.ts";

/** A server under watch. */
export type Watch = { onExit(callback: (reason: string) => void): void; close(): void };

// In milliseconds. An adopted server is no child of this process, so nobody tells when it ends.
const every = 500;

/** Watches until `close`, or until the server is gone. Does not keep the process alive. */
export function watch(pid: number, pgdata: string, logFile: string): Watch {
  const callbacks = new Set<(reason: string) => void>();
  const timer = setInterval(() => {
    if (runsOn(pid, pgdata)) {
      try {
        trimServerLog(logFile);
      } catch {
        // A full disk: the log stays as it is, and is looked at again in a moment. The store says itself what it lacks.
      }
      return;
    }
    clearInterval(timer);
    for (const callback of callbacks)
      callback(`the private PostgreSQL (process ${pid}) has ended; see ${logFile}`);
    callbacks.clear();
  }, every);
  timer.unref();
  return {
    onExit: (callback) => void callbacks.add(callback),
    close() {
      clearInterval(timer);
      callbacks.clear();
    },
  };
}
