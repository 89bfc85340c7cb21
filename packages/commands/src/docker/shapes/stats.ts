/** One reading of `/containers/{id}/stats`, of cgroup v1 and v2 engines and of Podman alike. */
import * as z from "zod/mini";

const number = z.catch(z.number(), 0);
const maybe = z.catch(z.optional(z.number()), undefined);
/** Larger than this is the kernel's "no limit", which no double holds exactly. */
const NO_LIMIT = 2 ** 53;

const Cpu = z.object({
  cpu_usage: z.catch(z.object({ total_usage: number }), { total_usage: 0 }),
  throttling_data: z.catch(z.object({ periods: number, throttled_periods: number, throttled_time: number }), {
    periods: 0,
    throttled_periods: 0,
    throttled_time: 0,
  }),
});

export const ContainerStats = z.object({
  /** RFC 3339, by the engine's clock. */
  read: z.catch(z.string(), ""),
  cpu_stats: Cpu,
  memory_stats: z.catch(
    z.object({
      usage: maybe,
      limit: maybe,
      stats: z.catch(z.record(z.string(), z.number()), {}),
    }),
    { usage: undefined, limit: undefined, stats: {} },
  ),
  pids_stats: z.catch(z.object({ current: maybe, limit: maybe }), { current: undefined, limit: undefined }),
  /** By interface; absent with the machine's own network. */
  networks: z.catch(
    z.optional(z.record(z.string(), z.object({ rx_bytes: number, tx_bytes: number }))),
    undefined,
  ),
  blkio_stats: z.catch(
    z.object({
      io_service_bytes_recursive: z.catch(
        z.array(z.object({ op: z.catch(z.string(), ""), value: number })),
        [],
      ),
    }),
    { io_service_bytes_recursive: [] },
  ),
});
export type ContainerStats = z.infer<typeof ContainerStats>;

/** A limit, or undefined where the engine tells that there is none. */
export const limitIn = (told: number | undefined): number | undefined =>
  told === undefined || told <= 0 || told >= NO_LIMIT ? undefined : told;

/**
 * Memory it holds as `docker stats` counts it (docker/cli, `calculateMemUsageUnixNoCache`): usage less the file pages
 * that were not used lately, `total_inactive_file` of cgroup v1 and `inactive_file` of v2. Bytes.
 */
export function memoryIn({ memory_stats: { usage, stats } }: ContainerStats): number | undefined {
  if (usage === undefined) return undefined;
  return withoutCache(usage, stats.total_inactive_file ?? stats.inactive_file ?? 0);
}

/** The kernel counts both apart, so that the one may be more than the other for a moment: then all of it counts. */
export const withoutCache = (usage: number, inactiveFile: number): number =>
  inactiveFile < usage ? usage - inactiveFile : usage;

/** Bytes read and written at all devices. */
export function blocksIn({ blkio_stats }: ContainerStats): { read: number; write: number } {
  const sum = (op: string) =>
    blkio_stats.io_service_bytes_recursive
      .filter((row) => row.op.toLowerCase() === op)
      .reduce((whole, { value }) => whole + value, 0);
  return { read: sum("read"), write: sum("write") };
}

/** Bytes of all its interfaces; undefined where it uses the machine's own. */
export function trafficIn({ networks }: ContainerStats): { received: number; sent: number } | undefined {
  if (networks === undefined) return undefined;
  const all = Object.values(networks);
  return {
    received: all.reduce((sum, { rx_bytes }) => sum + rx_bytes, 0),
    sent: all.reduce((sum, { tx_bytes }) => sum + tx_bytes, 0),
  };
}

/** Ms of a moment with all the digits the engine writes; undefined where it tells none (the year 1). */
export function momentNs(written: string): number | undefined {
  const [, digits = ""] = /\.(\d+)/.exec(written) ?? [];
  const whole = Date.parse(written.replace(/\.\d+/, ""));
  return whole > 0 ? whole + Number(`0.${digits || "0"}`) * 1_000 : undefined;
}
