/** disk in samples: the space of each filesystem, and what each whole device did since the last one. */
import type { Host, Space } from "../host.ts";
import { put } from "../kernel/measured.ts";
import { pressureSince } from "../kernel/pressure.ts";
import { Rates } from "../kernel/rates.ts";
import type { Sampler, Values } from "../kit.ts";
import { MOST_FILESYSTEMS } from "./contract.ts";
import { MOST_BYTES_A_MS, parseDiskstats, SECTOR, wholeDevices } from "./devices.ts";
import { filesystemsOf } from "./filesystems.ts";
import {
  diskBusy,
  diskInodes,
  diskMeasures,
  diskPressure,
  diskRead,
  diskReads,
  diskUsed,
  diskUsedBytes,
  diskWrite,
  diskWrites,
  inodesPercent,
  usedPercent,
} from "./measures.ts";

const MOST_SAMPLED = 32;
/** Space that took long to be told (another machine's, one that hangs) is asked again after this, ms. */
const SELDOM_MS = 60_000;
/** From here on it took long, ms: a local one answers in microseconds. */
const LONG_MS = 50;
/** The devices that do the work are looked for anew after this, ms, or when others come. */
const LOOK_MS = 60_000;
/** Requests a ms that one device is believed to complete; the fastest do 10,000. */
const MOST_REQUESTS_A_MS = 100_000;

export const diskSampler: Sampler = {
  measures: diskMeasures,
  start(host) {
    const devices = deviceSampler(host);
    const pressure = pressureSince(host, "io");
    const patient = withSeldomSpace(host);
    return async () => {
      const values: Values = [];
      put(values, diskPressure, pressure());
      devices(values);
      const mountinfo = host.peekText("/proc/self/mountinfo");
      if (mountinfo === undefined) return values;
      const { filesystems } = await filesystemsOf(patient, mountinfo);
      for (const { mountPoint, space } of filesystems.slice(0, MOST_FILESYSTEMS)) {
        if (typeof space === "string") continue;
        put(values, diskUsed, usedPercent(space), mountPoint);
        put(values, diskUsedBytes, space.used, mountPoint);
        put(values, diskInodes, space.inodes && inodesPercent(space), mountPoint);
      }
      return values;
    };
  },
};

function deviceSampler(host: Host): (values: Values) => void {
  const sectors = { most: (MOST_BYTES_A_MS * 8) / SECTOR, wrapped: MOST_BYTES_A_MS / SECTOR };
  const requests = { most: MOST_REQUESTS_A_MS, wrapped: MOST_REQUESTS_A_MS };
  const rates = new Rates({ read: sectors, written: sectors, reads: requests, writes: requests });
  // By itself: it is counted in ticks on each processor, and can be seen to step back by one.
  const busy = new Rates({ busyMs: { most: 2, wrapped: 2 } });
  let names = "";
  let whole: string[] = [];
  let lookedAt = -Infinity;
  return (values) => {
    const counters = parseDiskstats(host.peekText("/proc/diskstats") ?? "");
    const at = host.monotonic();
    const there = [...counters.keys()].join(" ");
    if (there !== names || at - lookedAt >= LOOK_MS) {
      whole = wholeDevices(host, counters).slice(0, MOST_SAMPLED);
      names = there;
      lookedAt = at;
    }
    const now = new Map(
      whole.flatMap((name) => {
        const one = counters.get(name);
        return one === undefined ? [] : [[name, one] as const];
      }),
    );
    const [did, worked] = [rates.since(at, now), busy.since(at, now)];
    for (const name of now.keys()) {
      const { read, written, reads, writes } = did.get(name) ?? {};
      const busyMs = worked.get(name)?.busyMs;
      put(values, diskRead, read && read * SECTOR, name);
      put(values, diskWrite, written && written * SECTOR, name);
      put(values, diskReads, reads, name);
      put(values, diskWrites, writes, name);
      // Ms a second.
      put(values, diskBusy, busyMs === undefined ? undefined : Math.min(100, busyMs / 10), name);
    }
  };
}

/** The same machine, that asks seldom for space which takes long to be told, and tells meanwhile what it was. */
function withSeldomSpace(host: Host): Host {
  const kept = new Map<string, { at: number; space: Space | "hung" | undefined }>();
  return {
    ...host,
    async space(mountPoint, options) {
      const last = kept.get(mountPoint);
      const began = host.monotonic();
      if (last !== undefined && began - last.at < SELDOM_MS) return last.space;
      const space = await host.space(mountPoint, options);
      const tookLong = options.remote || space === "hung" || host.monotonic() - began > LONG_MS;
      if (tookLong) kept.set(mountPoint, { at: host.monotonic(), space });
      else kept.delete(mountPoint);
      return space;
    },
  };
}
