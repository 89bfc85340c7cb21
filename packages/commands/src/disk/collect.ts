/** disk at the agent: the mounts' space while the devices' counters are looked at twice. */
import { Fault } from "@servereye/contract";
import type { Host } from "../host.ts";
import { collector } from "../kit.ts";
import { type DiskDevice, disk, MOST_DEVICES, MOST_FILESYSTEMS } from "./contract.ts";
import { type DeviceCounters, deviceRates, parseDiskstats, wholeDevices } from "./devices.ts";
import { filesystemsOf } from "./filesystems.ts";
import { urgencyOf } from "./measures.ts";

/** What the rates are measured over, ms. */
const INTERVAL_MS = 400;

const MOUNTINFO = "/proc/self/mountinfo";

export const diskCollector = collector(disk, async (_ask, host) => {
  const mountinfo = host.peekText(MOUNTINFO);
  if (mountinfo === undefined) {
    throw new Fault("UNSUPPORTED", `${MOUNTINFO} can not be read`, { values: { path: MOUNTINFO } });
  }
  const [{ filesystems, unasked }, activity] = await Promise.all([
    filesystemsOf(host, mountinfo),
    activityOf(host),
  ]);
  filesystems.sort((a, b) => urgencyOf(b) - urgencyOf(a));
  // The root stays, however empty it is: it is what one looks for first.
  const root = filesystems.findIndex(({ mountPoint }) => mountPoint === "/");
  if (root >= MOST_FILESYSTEMS) filesystems.splice(MOST_FILESYSTEMS - 1, 0, ...filesystems.splice(root, 1));
  return {
    filesystems: filesystems.slice(0, MOST_FILESYSTEMS),
    filesystemsLeft: Math.max(0, filesystems.length - MOST_FILESYSTEMS) + unasked,
    devices: activity.devices.slice(0, MOST_DEVICES),
    devicesLeft: Math.max(0, activity.devices.length - MOST_DEVICES),
    intervalMs: activity.ms,
  };
});

async function activityOf(host: Host): Promise<{ devices: DiskDevice[]; ms: number }> {
  const before = look(host);
  await host.wait(INTERVAL_MS);
  const now = look(host);
  const ms = now.at - before.at;
  const devices: DiskDevice[] = [];
  for (const name of wholeDevices(host, now.counters)) {
    const counters = now.counters.get(name);
    if (counters) devices.push(deviceRates(before.counters.get(name), counters, ms));
  }
  const weight = ({ read = 0, write = 0 }: DiskDevice) => read + write;
  devices.sort((a, b) => weight(b) - weight(a) || (a.name < b.name ? -1 : 1));
  return { devices, ms };
}

/** Not there in some containers: then there is nothing to tell about devices, and that is no fault. */
function look(host: Host): { at: number; counters: Map<string, DeviceCounters> } {
  const text = host.peekText("/proc/diskstats");
  return { at: host.monotonic(), counters: parseDiskstats(text ?? "") };
}
