/** What an inspection and a list say that episodes are decided by. */
import * as z from "zod/mini";
import { momentIn } from "../shapes/inspected.ts";
import type { ContainerSummary } from "../shapes/summary.ts";
import type { Looked } from "./machine.ts";

const text = z.catch(z.string(), "");
const yes = z.catch(z.boolean(), false);

const Shape = z.object({
  Id: z.string(),
  State: z.object({
    Status: text,
    Running: yes,
    OOMKilled: yes,
    ExitCode: z.catch(z.int(), 0),
    StartedAt: text,
    FinishedAt: text,
    Health: z.catch(z.optional(z.object({ Status: text })), undefined),
  }),
  Config: z.catch(z.object({ Image: text, Tty: yes }), { Image: "", Tty: false }),
});

const HEALTHS: Readonly<Record<string, Looked["health"]>> = {
  starting: "starting",
  healthy: "healthy",
  unhealthy: "unhealthy",
};

/** `tty`: its log is one stream, without headers. Undefined for what is no inspection. */
export function lookedIn(body: unknown): (Looked & { tty: boolean }) | undefined {
  const parsed = Shape.safeParse(body);
  if (!parsed.success) return undefined;
  const { Id, State, Config } = parsed.data;
  return {
    ...{ id: Id, image: Config.Image.slice(0, 255), tty: Config.Tty },
    // One that is between two tries of the engine calls itself running too.
    up: State.Running && State.Status !== "restarting",
    health: HEALTHS[State.Health?.Status ?? ""] ?? "unknown",
    ...{ exitCode: State.ExitCode, oom: State.OOMKilled },
    startedAt: momentIn(State.StartedAt) ?? 0,
    finishedAt: momentIn(State.FinishedAt) ?? 0,
  };
}

/** Whether one in the list may be in trouble, by the engine's words in it: `Exited (3) 2 hours ago`, `Up 1 s (unhealthy)`. */
export const mayBeInTrouble = ({ State, Status }: Pick<ContainerSummary, "State" | "Status">): boolean =>
  State === "dead" || /^Exited \((?!0\))/.test(Status) || Status.includes("(unhealthy)");
