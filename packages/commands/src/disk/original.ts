/** disk of an agent of the Go original: space alone, and of what df(1) lists only what a person thinks of as a disk. */
import { original } from "../kit.ts";
import { amountOf, fieldsOf, listOf, textOf } from "../original/loose.ts";
import { disk, type Filesystem, MOST_FILESYSTEMS } from "./contract.ts";
import { urgencyOf } from "./measures.ts";

/** What df(1) names instead of a device where there is none, and images, which are always full. */
const NO_STORAGE =
  /^(overlay|aufs|tmpfs|ramfs|devtmpfs|udev|dev|run|shm|none|proc|sysfs|efivarfs|cgmfs|cgroup2?|squashfs|erofs|iso9660|nsfs|fuse\.\w+fs|\/dev\/loop\d+)$/;
/** Single files and layers that container engines mount. */
const CONTAINERS_OWN =
  /^\/etc\/(hosts|hostname|resolv\.conf)$|\/(overlay2?|aufs|containerd)\/|\/(docker|containers)\/.*\/(shm|merged)$/;
/** `nas:/srv`, `//nas/share`. */
const REMOTE = /^[^/]+:\/|^\/\//;

export const diskOriginal = original(disk, {
  type: "get_disk_info",
  reply: "disk_info_response",
  answer({ payload }) {
    const told = listOf(fieldsOf(payload).disks).flatMap(filesystemOf);
    const worst = told.sort((a, b) => urgencyOf(b) - urgencyOf(a));
    return {
      filesystems: worst.slice(0, MOST_FILESYSTEMS),
      filesystemsLeft: Math.max(0, worst.length - MOST_FILESYSTEMS),
      devices: [],
      devicesLeft: 0,
      intervalMs: 0,
      original: true as const,
    };
  },
});

function filesystemOf(value: unknown): Filesystem[] {
  const told = fieldsOf(value);
  const mountPoint = textOf(told.path);
  if (mountPoint === "") return [];
  const [total, used, free] = [told.total, told.used, told.free].map(amountOf);
  const named = textOf(told.filesystem, 128);
  // The root is shown whatever it is.
  if (mountPoint !== "/" && (NO_STORAGE.test(named) || CONTAINERS_OWN.test(mountPoint) || total === 0))
    return [];
  // Most versions tell the device, by the name of the type.
  const isType = /^[a-z][\w.]*$/.test(named);
  const known = total !== undefined && total > 0 && (used !== undefined || free !== undefined);
  return [
    {
      mountPoint,
      type: isType ? named : "",
      ...(isType || named === "" ? {} : { source: named }),
      ...(REMOTE.test(named) ? { remote: true } : {}),
      also: 0,
      space: known
        ? { total, used: used ?? total - (free ?? 0), available: free ?? total - (used ?? 0) }
        : "unreadable",
    },
  ];
}
