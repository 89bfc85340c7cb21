/** processes in samples: how many there are. More would take a look at each. */
import { put } from "../kernel/measured.ts";
import type { Sampler, Values } from "../kit.ts";
import { processesTotal } from "./measures.ts";

const DIGITS = /^\d/;

export const processesSampler: Sampler = {
  measures: [processesTotal],
  start: (host) => () => {
    const values: Values = [];
    put(values, processesTotal, host.list("/proc")?.filter((name) => DIGITS.test(name)).length);
    return values;
  },
};
