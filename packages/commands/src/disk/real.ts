/** Which mounts are filesystems a person thinks of as disks, each once, and who has to be asked for its space. */
import type { Mount } from "./mountinfo.ts";

/** On another machine, or on the host of a virtual one: these can stop answering. */
const REMOTE = new Set(
  `nfs nfs4 cifs smb3 smbfs 9p ceph glusterfs afs lustre gpfs beegfs orangefs coda davfs virtiofs vboxsf prl_fs
  fuse.sshfs fuse.rclone fuse.s3fs fuse.goofys fuse.gcsfuse fuse.blobfuse fuse.blobfuse2 fuse.curlftpfs fuse.davfs
  fuse.davfs2 fuse.glusterfs fuse.ceph fuse.ceph-fuse fuse.juicefs fuse.mfs fuse.seaweedfs fuse.vmhgfs-fuse
  fuse.smbnetfs`.split(/\s+/),
);

/** Storage without a block device of its own in mountinfo. */
const DEVICELESS = new Set(["btrfs", "zfs", "bcachefs", "ubifs", "jffs2"]);

/** Images: always full and never written. */
const IMAGES = new Set(["squashfs", "erofs", "cramfs", "romfs", "iso9660"]);

/** Single files that container engines mount from the disk below; not places. */
const CONTAINER_FILES = new Set([
  "/etc/hosts",
  "/etc/hostname",
  "/etc/resolv.conf",
  "/run/.containerenv",
  "/dev/termination-log",
]);

/** A filesystem once: the mount to show it by, and the others of the same. */
export interface Real {
  mount: Mount;
  remote: boolean;
  /** `pool` when it is a part of a ZFS pool, whose parts share the free space. */
  pool?: string;
  also: number;
}

const kindOf = (mount: Mount): "local" | "remote" | undefined => {
  if (REMOTE.has(mount.type)) return "remote";
  if (DEVICELESS.has(mount.type)) return "local";
  // The root is shown whatever it is: the overlay of a container or live system, or a tmpfs.
  if (mount.mountPoint === "/") return "local";
  if (IMAGES.has(mount.type) || CONTAINER_FILES.has(mount.mountPoint)) return undefined;
  return mount.device.startsWith("0:") ? undefined : "local";
};

/** What is one filesystem has one key. Every ZFS dataset is its own here: only their free space is shared. */
const keyOf = (mount: Mount, remote: boolean): string => {
  if (remote && mount.source !== "" && mount.source !== "none") return `${mount.type} ${mount.source}`;
  if (mount.type === "zfs") return `zfs ${mount.source}`;
  return mount.device;
};

/** The mount that stands for a filesystem: the root, else one of its whole, else the shortest; among equals the first. */
function better(a: Mount, b: Mount): Mount {
  if (a.mountPoint === "/" || b.mountPoint === "/") return a.mountPoint === "/" ? a : b;
  if ((a.root === "/") !== (b.root === "/")) return a.root === "/" ? a : b;
  if (a.root === b.root) return a;
  return b.mountPoint.length < a.mountPoint.length ? b : a;
}

/** The real filesystems among visible mounts, in the order of their first mount. */
export function realFilesystems(mounts: readonly Mount[]): Real[] {
  const found = new Map<string, Real>();
  for (const mount of mounts) {
    const kind = kindOf(mount);
    if (!kind) continue;
    const remote = kind === "remote";
    const key = keyOf(mount, remote);
    const before = found.get(key);
    if (before) {
      before.mount = better(before.mount, mount);
      before.also += 1;
    } else {
      const pool = mount.type === "zfs" ? { pool: mount.source.split("/")[0] ?? mount.source } : {};
      found.set(key, { mount, remote, also: 0, ...pool });
    }
  }
  return [...found.values()];
}
