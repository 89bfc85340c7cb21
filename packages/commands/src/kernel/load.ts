/** `/proc/loadavg` and `/proc/uptime`. */
import { Scan } from "./scan.ts";

/** Tasks that run or wait (for a processor or a disk), averaged over 1, 5 and 15 minutes. */
export interface Load {
  one: number;
  five: number;
  fifteen: number;
}

export function parseLoad(bytes: Uint8Array): Load | undefined {
  const scan = new Scan(bytes);
  const one = scan.decimal();
  const five = scan.decimal();
  const fifteen = scan.decimal();
  if (one === undefined || five === undefined || fifteen === undefined) return undefined;
  return { one, five, fifteen };
}

/** Seconds since boot. */
export function parseUptime(bytes: Uint8Array): number | undefined {
  return new Scan(bytes).decimal();
}
