/** uptime at the agent: /proc/uptime, /proc/stat's boot time and what tells of the last boot. */
import { Fault } from "@servereye/contract";
import { parseStat } from "../kernel/cpu-times.ts";
import { parseUptime } from "../kernel/load.ts";
import { collector } from "../kit.ts";
import { readBootReason } from "./boot-reason.ts";
import { uptime } from "./contract.ts";

export const uptimeCollector = collector(uptime, async (_ask, host) => {
  const bytes = host.peek("/proc/uptime");
  const seconds = bytes && parseUptime(bytes);
  if (seconds === undefined) throw new Fault("UNSUPPORTED", "/proc/uptime tells nothing");
  const stat = host.peek("/proc/stat");
  // The kernel's boot time follows corrections of the clock, as the subtraction does.
  const bootTime = (stat && parseStat(stat).bootTime) ?? Math.round(host.now() / 1000 - seconds);
  const reason = readBootReason(host, bootTime);
  const kernel = host.peekText("/proc/sys/kernel/osrelease")?.trim().slice(0, 100);
  return { uptime: seconds, bootTime, ...(reason ? { reason } : {}), ...(kernel ? { kernel } : {}) };
});
