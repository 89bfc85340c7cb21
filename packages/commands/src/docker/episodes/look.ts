/** What an inspection and a list say that episodes are decided by. */
import { Inspected, momentIn } from "../shapes/inspected.ts";
import type { ContainerSummary } from "../shapes/summary.ts";
import type { Looked } from "./machine.ts";

const HEALTHS: Readonly<Record<string, Looked["health"]>> = {
  starting: "starting",
  healthy: "healthy",
  unhealthy: "unhealthy",
};

/** `tty`: its log is one stream, without headers. Undefined for what is no inspection. */
export function lookedIn(body: unknown): (Looked & { tty: boolean }) | undefined {
  const parsed = Inspected.safeParse(body);
  if (!parsed.success) return undefined;
  const { Id, State, Config } = parsed.data;
  return {
    ...{ id: Id, image: Config.Image.slice(0, 255), tty: Config.Tty },
    // One that is between two tries of the engine is not.
    up: State.Status === "running" || State.Status === "paused",
    health: HEALTHS[State.Health?.Status ?? ""] ?? "unknown",
    ...{ exitCode: State.ExitCode, oom: State.OOMKilled },
    startedAt: momentIn(State.StartedAt) ?? 0,
    finishedAt: momentIn(State.FinishedAt) ?? 0,
  };
}

/** Whether one in the list may be in trouble, by the engine's words in it: `Exited (3) 2 hours ago`, `Up 1 s (unhealthy)`. */
export const mayBeInTrouble = ({ State, Status }: Pick<ContainerSummary, "State" | "Status">): boolean =>
  State === "dead" || /^Exited \((?!0\))/.test(Status) || Status.includes("(unhealthy)");
