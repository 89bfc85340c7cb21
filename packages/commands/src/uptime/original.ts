/** uptime of an agent of the Go original: since when, not why. */
import { original } from "../kit.ts";
import { amountOf, fieldsOf, momentOf, useless } from "../original/loose.ts";
import { uptime } from "./contract.ts";

export const uptimeOriginal = original(uptime, {
  type: "get_uptime",
  reply: "uptime_response",
  answer({ payload, at, now }) {
    const told = fieldsOf(payload);
    const boot = momentOf(told.boot_time);
    const clock = at ?? now;
    const seconds = amountOf(told.uptime) ?? (boot === undefined ? undefined : (clock - boot) / 1_000);
    if (seconds === undefined) throw useless("uptime");
    return {
      uptime: Math.max(0, seconds),
      bootTime: Math.round((boot ?? clock - seconds * 1_000) / 1_000),
      original: true as const,
    };
  },
});
