/** The wait until a new container can be trusted: healthy by its check or, without one, going on running. */
import { withoutSecrets } from "@servereye/contract";
import { mayTellLogs } from "../docker/policy.ts";
import type { Host } from "../host.ts";
import { listIn, recordIn, type Whole, wholeOf } from "./whole.ts";

const EVERY_MS = 500;
/** How long one without a healthcheck has to run. */
const RUNS_MS = 10_000;
/** Nobody is waited for longer than this, whatever its healthcheck allows. */
const LONGEST_MS = 20 * 60_000;
/** On top of what the healthcheck allows: a busy engine checks late. */
const SPARE_MS = 30_000;
/** What Docker takes where a healthcheck does not say: docs.docker.com/reference/dockerfile/#healthcheck. */
const DEFAULTS = { Interval: 30e9, Timeout: 30e9, StartPeriod: 0, Retries: 3 };

export type Watched =
  | { good: "healthy" | "runs" }
  /** `reason`: "unhealthy", "exited 1", "restarting", "gone", "not healthy in time". */
  | { good: undefined; reason: string; log?: string };

export async function watch(
  host: Host,
  id: string,
  tell: (said: string) => void = () => undefined,
): Promise<Watched> {
  const began = host.monotonic();
  for (;;) {
    const now = await wholeOf(host, id);
    if (now === undefined) return { good: undefined, reason: "gone" };
    const { State: state } = now;
    const log = mayTellLogs(host.docker.policy) ? lastCheck(now) : undefined;
    const told = log === undefined ? {} : { log };
    if (state.Restarting || now.RestartCount > 0)
      return { good: undefined, reason: `restarting (exited ${state.ExitCode})` };
    if (!state.Running) return { good: undefined, reason: `exited ${state.ExitCode}` };
    const took = host.monotonic() - began;
    // Podman tells of an empty health where there is no check.
    const health = state.Health?.Status;
    if (!health || health === "none") {
      if (took >= RUNS_MS) return { good: "runs" };
    } else {
      if (health === "healthy") return { good: "healthy" };
      if (health === "unhealthy") return { good: undefined, reason: "unhealthy", ...told };
      if (took >= longestOf(now)) return { good: undefined, reason: "not healthy in time", ...told };
      tell(health);
    }
    await host.wait(EVERY_MS);
  }
}

/** Ms: its start period, then as many failures as make it unhealthy. The engine tells durations in ns. */
function longestOf({ Config }: Whole): number {
  const check = recordIn(Config.Healthcheck);
  const of = (name: keyof typeof DEFAULTS): number => Number(check[name]) || DEFAULTS[name];
  const allowed = (of("StartPeriod") + of("Retries") * (of("Interval") + of("Timeout"))) / 1e6;
  return Math.min(LONGEST_MS, allowed + SPARE_MS);
}

/** The last words of its healthcheck, at most 300 characters; cut after their secrets were taken out. */
function lastCheck({ State }: Whole): string | undefined {
  const output = listIn(State.Health?.Log)
    .map((one) => recordIn(one).Output)
    .findLast((one) => typeof one === "string" && one.trim() !== "");
  return output === undefined ? undefined : withoutSecrets(String(output).trim()).slice(-300).toWellFormed();
}
