/** An action on a project in the chat: each container with how it stands, and in the end what came of all. */
import type { JobState, JobStep } from "../docker/job-state.ts";
import { type Blocks, note, stagesBlocks, text } from "../job/shown.ts";
import type { Translate } from "../kit.ts";
import { plainName } from "../shown/names.ts";
import { ProjectResult } from "./contract.ts";

/** Reasons told one by one; more of them are sooner read at the containers. */
const MOST_REASONS = 8;

export function projectRunning(t: Translate, { steps }: JobState): Blocks {
  const over = steps.filter(({ state }) => state !== "waiting" && state !== "running").length;
  return [note(t("project-counts", { done: over, all: steps.length })), ...stagesBlocks(steps, plainName)];
}

export function projectDone(t: Translate, { kind, steps, result }: JobState): Blocks | undefined {
  const read = ProjectResult.safeParse(result);
  if (!read.success) return undefined;
  const { done, failed, skipped, broken } = read.data;
  const verb = kind.replace(/_project$/, "");
  const counts = [
    ...(done > 0 ? [t("project-done", { verb, count: done })] : []),
    ...(failed > 0 ? [t("project-failed", { count: failed })] : []),
    ...(skipped > 0 ? [t("project-skipped", { count: skipped })] : []),
  ];
  const reasons = steps.filter(({ state, said }) => WORTH.has(state) && said !== undefined);
  return [
    text(counts.join("\n")),
    ...stagesBlocks(steps, plainName),
    ...reasons
      .slice(0, MOST_REASONS)
      .map(({ what, said = "" }) => note(`${plainName(what)}: ${plainName(said)}`)),
    ...broken
      .slice(0, MOST_REASONS)
      .map(({ a, b }) => note(t("project-ring", { a: plainName(a), b: plainName(b) }))),
  ];
}

const WORTH: ReadonlySet<JobStep["state"]> = new Set(["failed", "skipped"]);

export { MOST_MEMBERS, needsFirst, ProjectResult, projectActions } from "./contract.ts";
export { type Members, membersFor, projectFits } from "./members.ts";
