/** The machine as collectors see it. The agent implements it; tests give a fake with files of their own. */
import type { Docker } from "./docker/engine.ts";

export interface Space {
  /** Bytes. `available` is what an ordinary user may still write. */
  total: number;
  free: number;
  available: number;
  inodes: number;
  inodesFree: number;
}

export interface Host {
  /**
   * A kernel file that never blocks (`/proc`, most of `/sys`), read now. The array is a view on a buffer that
   * the next `peek` overwrites: take what is needed before. `undefined` when it is not there (any more) or may
   * not be read.
   */
  peek(path: string): Uint8Array | undefined;
  /** `peek` as UTF-8 text. */
  peekText(path: string): string | undefined;
  /** The names in a folder, or `undefined` when it is not there or may not be read. */
  list(path: string): string[] | undefined;
  /** Where a symbolic link points, or `undefined`. */
  readLink(path: string): string | undefined;
  /** A file that may block (a sensor on a slow bus), up to 64 KiB, within a deadline in ms; `undefined` as above. */
  read(path: string, deadlineMs: number): Promise<string | undefined>;
  /**
   * Space of the filesystem at a mount point. A mount that does not answer within `deadlineMs` gives "hung" and
   * never delays another; it is not asked again before the first question ended.
   */
  space(
    mountPoint: string,
    options: { remote: boolean; deadlineMs: number },
  ): Promise<Space | "hung" | undefined>;
  /** Epoch ms by the machine's clock. */
  now(): number;
  /** Ms from a clock that never jumps. */
  monotonic(): number;
  /** Resolves after `ms`. */
  wait(ms: number): Promise<void>;
  /** Kernel constants: clock ticks a second of /proc, bytes a page, processors online. */
  readonly ticksPerSecond: number;
  readonly pageSize: number;
  processors(): number;
  /** Name of a user by number, from the machine's own list; the number as text when it has none. */
  userName(uid: number): string;
  readonly hostname: string;
  /** Its container engine: there at every machine, and DOCKER_UNAVAILABLE from each call where none can be reached. */
  readonly docker: Docker;
}
