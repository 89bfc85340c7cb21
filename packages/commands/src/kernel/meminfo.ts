/** `/proc/meminfo`, in bytes. */
import { Scan } from "./scan.ts";

const LINES = {
  total: "MemTotal:",
  free: "MemFree:",
  available: "MemAvailable:",
  buffers: "Buffers:",
  cached: "Cached:",
  reclaimable: "SReclaimable:",
  shared: "Shmem:",
  swapTotal: "SwapTotal:",
  swapFree: "SwapFree:",
} as const;

type Key = keyof typeof LINES;

/** What the file tells, in bytes; a line that is missing is missing here. */
export type Meminfo = Partial<Record<Key, number>>;

const ENTRIES = Object.entries(LINES) as [Key, string][];

export function parseMeminfo(bytes: Uint8Array): Meminfo {
  const info: Meminfo = {};
  const scan = new Scan(bytes);
  do {
    for (const [key, line] of ENTRIES) {
      if (!scan.take(line)) continue;
      // The unit is written as kB and means 1024 bytes.
      const value = scan.number();
      if (value !== undefined) info[key] = value * 1024;
      break;
    }
  } while (scan.nextLine());
  return info;
}
