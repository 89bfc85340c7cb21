/** The machine's clock and randomness, behind the core's ports. */
import { randomBytes, randomUUID } from "node:crypto";
import type { Chance, Clock } from "./core/ports/process.ts";

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export const systemChance: Chance = {
  uuid: () => randomUUID(),
  token: (bytes) => randomBytes(bytes).toString("base64url"),
};
