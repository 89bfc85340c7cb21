/** How often heat slowed the processor, as x86 kernels count it since boot. */
import type { Host } from "../host.ts";
import { numbered } from "./found.ts";

const CPUS = "/sys/devices/system/cpu";

/**
 * The count of the core, and of the package, that was slowed most. Not a sum: the threads of a core and the cores
 * of a package each repeat the same count.
 */
export function throttledSinceBoot(host: Host): { core: number; package: number } | undefined {
  let told = false;
  const most = { core: 0, package: 0 };
  for (const cpu of numbered(host.list(CPUS), /^cpu(\d+)$/)) {
    for (const part of ["core", "package"] as const) {
      const text = host.peekText(`${CPUS}/${cpu}/thermal_throttle/${part}_throttle_count`)?.trim() ?? "";
      if (!/^\d{1,15}$/.test(text)) continue;
      told = true;
      most[part] = Math.max(most[part], Number(text));
    }
  }
  return told ? most : undefined;
}
