/** memory in samples: what is used and can be had, swap and pressure. */
import { put } from "../kernel/measured.ts";
import { pressureSince } from "../kernel/pressure.ts";
import type { Sampler, Values } from "../kit.ts";
import { percentOf } from "../shown/shares.ts";
import { memoryNow } from "./collect.ts";
import { memoryAvailable, memoryMeasures, memoryPressure, memorySwap, memoryUsage } from "./measures.ts";

export const memorySampler: Sampler = {
  measures: memoryMeasures,
  start(host) {
    const pressure = pressureSince(host, "memory");
    return () => {
      const values: Values = [];
      const now = memoryNow(host);
      put(values, memoryUsage, now && percentOf(now.used, now.total));
      put(values, memoryAvailable, now?.available);
      put(values, memorySwap, now?.swap && percentOf(now.swap.used, now.swap.total));
      put(values, memoryPressure, pressure());
      return values;
    };
  },
};
