/** disk of an agent of the Go original: space alone. */
import { original } from "../kit.ts";
import { amountOf, fieldsOf, listOf, textOf } from "../original/loose.ts";
import { disk, type Filesystem, MOST_FILESYSTEMS } from "./contract.ts";
import { urgencyOf } from "./measures.ts";

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
  const known = total !== undefined && total > 0 && (used !== undefined || free !== undefined);
  return [
    {
      mountPoint,
      type: textOf(told.filesystem, 64),
      also: 0,
      space: known
        ? { total, used: used ?? total - (free ?? 0), available: free ?? total - (used ?? 0) }
        : "unreadable",
    },
  ];
}
