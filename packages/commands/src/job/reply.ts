/** job in the chat: how work is going, in the words of its kind. */
import { createDone, createRunning } from "../create/reply.ts";
import { JobId, type JobState } from "../docker/job-state.ts";
import { type ReplyContext, type ReplyView, reading, type Translate } from "../kit.ts";
import { projectActions, projectDone, projectRunning } from "../project/reply.ts";
import { pruneDone, pruneRunning } from "../prune/reply.ts";
import { pullDone, pullRunning } from "../pull/reply.ts";
import { ageText } from "../shown/ages.ts";
import { fitName, plainName } from "../shown/names.ts";
import { updateDone, updateFailed, updateRunning } from "../update/reply.ts";
import { job } from "./contract.ts";
import { messages } from "./messages.ts";
import { type Blocks, faultWords, note, stagesBlocks, text } from "./shown.ts";

/** What a kind of work shows while it runs, when it is done, and where it has words of its own for its failure. */
export interface JobViews {
  running(t: Translate, state: JobState): Blocks;
  /** Undefined: its result is of a shape this hub does not know. */
  done(t: Translate, state: JobState, server: string): Blocks | undefined;
  failed?(t: Translate, state: JobState, server: string): Blocks | undefined;
}

const VIEWS: Readonly<Record<string, JobViews>> = {
  pull: { running: pullRunning, done: pullDone },
  create_container: { running: createRunning, done: createDone },
  update_container: { running: updateRunning, done: updateDone, failed: updateFailed },
  prune: { running: pruneRunning, done: pruneDone },
  ...Object.fromEntries(
    Object.values(projectActions).map(({ name }) => [name, { running: projectRunning, done: projectDone }]),
  ),
};

const OTHER: JobViews = {
  running: (_t, { steps }) => stagesBlocks(steps, plainName),
  done: () => undefined,
};

/** Columns of what it is about in a title. */
const ABOUT = 40;

/**
 * `about`: the image or container it is about, where the reader knows. `fault`: the words for a failure that its kind
 * has no words of its own for.
 */
export function jobView(
  state: JobState,
  { t, server }: Pick<ReplyContext, "t" | "server">,
  { about, fault }: { about?: string; fault?: Blocks } = {},
): ReplyView {
  const views = VIEWS[state.kind] ?? OTHER;
  const known = VIEWS[state.kind] !== undefined;
  const named = plainName(server.name);
  const what = about === undefined || about === "" ? "" : fitName(about, ABOUT);
  const title = `${t("job-title", { kind: known ? state.kind : "other" })}${what === "" ? "" : ` ${what}`} · ${named}`;
  return { title, blocks: jobBlocks(t, state, views, named, fault) };
}

function jobBlocks(
  t: Translate,
  state: JobState,
  views: JobViews,
  server: string,
  fault: Blocks | undefined,
): Blocks {
  const took = ageText(t, state.tookMs / 1000);
  if (state.state === "running") return [...views.running(t, state), note(t("job-running", { took }))];
  if (state.state === "done")
    return [...(views.done(t, state, server) ?? [text(t("job-done"))]), note(t("job-took", { took }))];
  const own = views.failed?.(t, state, server);
  return [
    ...(own ?? fault ?? faultWords(t, state)),
    ...failedStages(t, state, views),
    note(t("job-took", { took })),
  ];
}

/** Which stage it failed in; of an image's layers that tells nothing. */
const failedStages = (t: Translate, state: JobState, views: JobViews): Blocks =>
  views === VIEWS.pull || state.steps.length < 2 ? [] : views.running(t, state);

export const jobReading = reading(job, (state, context) => jobView(state, context), messages, {
  menu: "none",
  words: (typed) => {
    const [first = "", ...rest] = typed;
    return JobId.safeParse(first).success ? { ask: { job: first }, rest } : { ask: {}, rest: typed };
  },
});

export type { JobState } from "../docker/job-state.ts";
export { job } from "./contract.ts";
