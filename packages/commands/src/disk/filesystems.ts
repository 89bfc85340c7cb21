/** Asks every real filesystem for its space, each on its own, and folds those that share one. */
import type { Host, Space } from "../host.ts";
import type { DiskSpace, Filesystem } from "./contract.ts";
import { parseMounts, visibleMounts } from "./mountinfo.ts";
import { type Real, realFilesystems } from "./real.ts";

/** How long one filesystem may take, ms: a disk that has to spin up answers from memory, a network may not. */
const LOCAL_MS = 1_000;
const REMOTE_MS = 1_500;

/** The most that are asked: a machine with thousands of mounts must not be kept busy by a question. */
const MOST_ASKED = 512;

/** Layered roots: their space is that of the disk their upper layer lies on. */
const LAYERED = new Set(["overlay", "aufs", "fuse.fuse-overlayfs"]);

/** Bytes by which free space may move between two questions about the same disk. */
const MOVED = 16 * 2 ** 20;

/** A dataset whose free space is below this share of its pool's has a quota of its own. */
const OWN_QUOTA = 0.98;

/** The real filesystems of a mountinfo text, in its order, and how many were not asked at all. */
export async function filesystemsOf(
  host: Host,
  mountinfo: string,
): Promise<{ filesystems: Filesystem[]; unasked: number }> {
  const reals = realFilesystems(visibleMounts(parseMounts(mountinfo)));
  const asked = await Promise.all(
    reals.slice(0, MOST_ASKED).map(async (real) => ({ real, found: await ask(host, real) })),
  );
  const singles: Filesystem[] = [];
  const pools = new Map<string, Filesystem[]>();
  for (const { real, found } of asked) {
    if (!found) continue;
    if (real.pool === undefined) singles.push(found);
    else pools.set(real.pool, [...(pools.get(real.pool) ?? []), found]);
  }
  const folded = [...pools].flatMap(([pool, sets]) => foldPool(pool, sets));
  return {
    filesystems: [...withoutTwins(singles), ...folded],
    unasked: Math.max(0, reals.length - MOST_ASKED),
  };
}

async function ask(host: Host, { mount, remote, also }: Real): Promise<Filesystem | undefined> {
  const deadlineMs = remote ? REMOTE_MS : LOCAL_MS;
  const space = await host.space(mount.mountPoint, { remote, deadlineMs });
  const filesystem = {
    mountPoint: mount.mountPoint,
    type: mount.type,
    source: mount.source,
    remote,
    readOnly: mount.readOnly,
    also,
  };
  if (space === "hung") return { ...filesystem, space };
  if (space && space.total > 0) return { ...filesystem, space: spaceOf(space) };
  // Without a size a local one is no storage (a container's masked path); a remote one was wanted by somebody.
  return remote || space === undefined ? { ...filesystem, space: "unreadable" } : undefined;
}

function spaceOf(space: Space): DiskSpace {
  const { total, free, available, inodes, inodesFree } = space;
  const used = Math.max(0, total - free);
  return {
    total,
    used,
    available: Math.max(0, available),
    ...(inodes > 0 ? { inodes: { total: inodes, used: Math.max(0, inodes - inodesFree) } } : {}),
  };
}

/** A layered root and a volume of the disk below it are one space: told once, by the root. */
function withoutTwins(filesystems: readonly Filesystem[]): Filesystem[] {
  const root = filesystems.find((f) => f.mountPoint === "/" && LAYERED.has(f.type));
  const below = root?.space;
  if (!root || below === undefined || typeof below === "string") return [...filesystems];
  const isTwin = (f: Filesystem) =>
    f !== root &&
    !f.remote &&
    typeof f.space !== "string" &&
    f.space.total === below.total &&
    f.space.inodes?.total === below.inodes?.total &&
    Math.abs(f.space.used - below.used) < MOVED;
  return filesystems.filter((f) => !isTwin(f));
}

/**
 * The datasets of a ZFS pool as one: what they use together beside the free space they share. A dataset with a
 * quota of its own stays by itself, since it can be full while the pool is not. What is not mounted (snapshots,
 * volumes) is not counted.
 */
function foldPool(pool: string, datasets: readonly Filesystem[]): Filesystem[] {
  const available = Math.max(
    0,
    ...datasets.map(({ space }) => (typeof space === "string" ? 0 : space.available)),
  );
  const apart: Filesystem[] = [];
  let together: Filesystem | undefined;
  for (const dataset of datasets) {
    const { space } = dataset;
    if (typeof space === "string" || space.available < available * OWN_QUOTA) apart.push(dataset);
    else if (!together || typeof together.space === "string") together = { ...dataset, source: pool };
    else {
      const shorter = dataset.mountPoint.length < together.mountPoint.length ? dataset : together;
      const used = together.space.used + space.used;
      together = {
        ...together,
        mountPoint: shorter.mountPoint,
        readOnly: together.readOnly && dataset.readOnly,
        also: together.also + dataset.also + 1,
        space: { total: used + available, used, available },
      };
    }
  }
  return together ? [together, ...apart] : apart;
}
