/** disk: every real filesystem with its space and inodes, and what each device reads and writes now. */
import { command } from "@servereye/contract";
import * as z from "zod/mini";

/** How many of each are told at the most; the fullest filesystems and the busiest devices stay. */
export const MOST_FILESYSTEMS = 32;
export const MOST_DEVICES = 16;

export const DiskSpace = z.object({
  /** Bytes. `available` is what an ordinary user may still write; the rest up to `total` is kept for root. */
  total: z.number(),
  used: z.number(),
  available: z.number(),
  /** Absent where a filesystem has no fixed number of inodes (btrfs, vfat). */
  inodes: z.optional(z.object({ total: z.number(), used: z.number() })),
});
export type DiskSpace = z.infer<typeof DiskSpace>;

export const Filesystem = z.object({
  mountPoint: z.string(),
  /** As the kernel names it: `ext4`, `nfs4`, `overlay` (only for the root itself). */
  type: z.string(),
  /** Device, export or pool: `/dev/sda1`, `nas:/srv`, `tank`. */
  source: z.optional(z.string()),
  /** On another machine, or handed in by the one that runs this virtual machine. */
  remote: z.optional(z.boolean()),
  /** The filesystem itself refuses writes, as ext4 does after an error; not one mount of it alone. */
  readOnly: z.optional(z.boolean()),
  /** Other mount points of the same filesystem: binds, subvolumes, datasets without a quota of their own. */
  also: z.int(),
  /** `hung`: it did not answer in time. `unreadable`: it tells no size. */
  space: z.union([DiskSpace, z.enum(["hung", "unreadable"])]),
});
export type Filesystem = z.infer<typeof Filesystem>;

export const DiskDevice = z.object({
  /** A whole device: `sda`, `nvme0n1`. */
  name: z.string(),
  /** Bytes a second over the interval. Absent when it appeared or its counters were reset meanwhile. */
  read: z.optional(z.number()),
  write: z.optional(z.number()),
  /** Share of the interval with at least one request in work, 0..1. */
  busy: z.optional(z.number()),
});
export type DiskDevice = z.infer<typeof DiskDevice>;

export const disk = command({
  name: "disk",
  about: "filesystems and disk activity",
  needs: "viewer",
  ask: z.object({}),
  answer: z.object({
    /** Those that hang first, then the fullest. */
    filesystems: z.array(Filesystem).check(z.maxLength(MOST_FILESYSTEMS)),
    /** How many more there are. */
    filesystemsLeft: z.int(),
    /** The busiest first. */
    devices: z.array(DiskDevice).check(z.maxLength(MOST_DEVICES)),
    devicesLeft: z.int(),
    /** What the rates are measured over, ms. */
    intervalMs: z.number(),
    /** Told by an agent of the Go original, which has less to tell. */
    original: z.optional(z.literal(true)),
  }),
});
