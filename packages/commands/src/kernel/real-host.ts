/** This very machine behind Host, as plainly as can be: for tests that compare with what Node itself tells. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, statfsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { availableParallelism, hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import type { Host } from "../host.ts";
import { absentDocker } from "./fake-host.ts";

export function realHost(): Host {
  const peek = (path: string) => absent(() => new Uint8Array(readFileSync(path)));
  return {
    peek,
    peekText: (path) => absent(() => readFileSync(path, "utf8")),
    list: (path) => absent(() => readdirSync(path)),
    readLink: (path) => absent(() => readlinkSync(path)),
    // A file that is not there is an answer too, as in Host.
    read: (path, deadlineMs) =>
      readFile(path, { encoding: "utf8", signal: AbortSignal.timeout(deadlineMs) }).catch(() => undefined),
    space: async (mountPoint) =>
      absent(() => {
        const { bsize, blocks, bfree, bavail, files, ffree } = statfsSync(mountPoint);
        const bytes = { total: blocks * bsize, free: bfree * bsize, available: bavail * bsize };
        return { ...bytes, inodes: files, inodesFree: ffree };
      }),
    now: () => Date.now(),
    monotonic: () => performance.now(),
    wait: async (ms) => {
      await wait(ms);
    },
    ticksPerSecond: Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" })),
    pageSize: Number(execFileSync("getconf", ["PAGESIZE"], { encoding: "utf8" })),
    processors: availableParallelism,
    userName: (uid) => {
      const line = readFileSync("/etc/passwd", "utf8")
        .split("\n")
        .find((l) => l.split(":")[2] === String(uid));
      return line?.split(":")[0] ?? String(uid);
    },
    hostname: hostname(),
    docker: absentDocker(),
  };
}

/** What `take` gives, or undefined when the file can not be had: the one failure Host knows. */
function absent<T>(take: () => T): T | undefined {
  try {
    return take();
  } catch {
    // Not there, not allowed or gone meanwhile: all the same to a collector.
    return undefined;
  }
}
