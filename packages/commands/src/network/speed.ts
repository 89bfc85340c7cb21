/** The speed a link is made for, as its driver tells it. */
import type { Host } from "../host.ts";

/** How long a driver may take to tell, ms. */
const SPEED_MS = 300;

/** Bits a second; undefined where the driver does not know, or does not answer in time. */
export async function speedOf(host: Host, name: string): Promise<number | undefined> {
  const text = await host.read(`/sys/class/net/${name}/speed`, SPEED_MS);
  // Mbit/s; -1 (also written as 4294967295) where the driver does not know.
  const megabits = /^\d{1,9}$/.test(text?.trim() ?? "") ? Number(text) : 0;
  return megabits > 0 ? megabits * 1e6 : undefined;
}
