/** uptime in samples. */
import { parseUptime } from "../kernel/load.ts";
import { put } from "../kernel/measured.ts";
import type { Sampler, Values } from "../kit.ts";
import { uptimeMeasures, uptimeSeconds } from "./measures.ts";

export const uptimeSampler: Sampler = {
  measures: uptimeMeasures,
  start: (host) => () => {
    const values: Values = [];
    const bytes = host.peek("/proc/uptime");
    put(values, uptimeSeconds, bytes && parseUptime(bytes));
    return values;
  },
};
