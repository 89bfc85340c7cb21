/** The private PostgreSQL's log file: appended to by the server itself, kept small by the hub. */
import { closeSync, copyFileSync, fstatSync, openSync, readSync, statSync, truncateSync } from "node:fs";

/** The size in bytes at which the file is put aside as `<file>.1`; so at most twice this is kept. */
const largest = 10 * 1024 * 1024;

/** An open log. The server writes to `fd` with O_APPEND, also when no hub lives to read a pipe. */
export type ServerLog = {
  readonly fd: number;
  /** The last lines written since the log was opened, oldest first. */
  lastLines(count: number): string[];
  close(): void;
};

/** Opens the log for a server about to start. */
export function openServerLog(path: string): ServerLog {
  trimServerLog(path);
  const fd = openSync(path, "a+", 0o600);
  const from = fstatSync(fd).size;
  return {
    fd,
    lastLines(count) {
      const text = Buffer.alloc(Math.min(fstatSync(fd).size - from, 64 * 1024));
      const read = readSync(fd, text, 0, text.length, fstatSync(fd).size - text.length);
      return text.toString("utf8", 0, read).split("\n").filter(Boolean).slice(-count);
    },
    close: () => closeSync(fd),
  };
}

/** Puts a log that has grown too large aside. Cutting it in place is sound since every writer appends. */
export function trimServerLog(path: string): void {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) < largest) return;
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
}
