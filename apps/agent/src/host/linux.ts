/** The machine behind `Host` on Linux, by the kernel's own files. */
import { readdirSync, readlinkSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import type { Docker, Host } from "@servereye/commands/agent";
import { kernelConstants } from "./auxv.ts";
import { countOnline } from "./online.ts";
import { absent, Peeker } from "./peek.ts";
import { SlowFiles } from "./slow-files.ts";
import { type Ask, Spaces } from "./space.ts";
import { Users } from "./users.ts";

export interface LinuxOptions {
  /** The program and arguments that print the space of the mount point put after them (`statfs.ts`). */
  statfs: readonly [string, ...string[]];
  docker: Docker;
  /** How a local mount is asked, for tests. */
  local?: Ask;
}

export interface LinuxHost extends Host {
  /** Questions to the kernel that have not come back, in this process: they would hold up its exit. */
  stuck(): number;
}

export function linuxHost(options: LinuxOptions): LinuxHost {
  const peeker = new Peeker();
  const files = new SlowFiles();
  const spaces = new Spaces(options.statfs, options.local);
  const users = new Users("/etc/passwd", () => performance.now());
  const constants = kernelConstants(peeker.bytes("/proc/self/auxv"), process.arch);
  return {
    peek: (path) => peeker.bytes(path),
    peekText: (path) => peeker.text(path),
    list: (path) => orAbsent(() => readdirSync(path)),
    readLink: (path) => orAbsent(() => readlinkSync(path)),
    read: (path, deadlineMs) => files.read(path, deadlineMs),
    space: (mountPoint, { remote, deadlineMs }) => spaces.of(mountPoint, remote, deadlineMs),
    now: () => Date.now(),
    monotonic: () => performance.now(),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    ...constants,
    processors: () => countOnline(peeker.text("/sys/devices/system/cpu/online")) ?? availableParallelism(),
    userName: (uid) => users.name(uid),
    hostname: hostname(),
    docker: options.docker,
    stuck: () => files.outstanding + spaces.outstanding,
  };
}

function orAbsent<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (absent(error)) return undefined;
    throw error;
  }
}
