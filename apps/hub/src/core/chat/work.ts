/** Work that goes on at an agent: begun once, drawn while it goes, its end noted once by whichever hub sees it. */
import {
  containerStateText,
  create,
  type JobState,
  job,
  jobView,
  MOST_MEMBERS,
  ProjectResult,
  projectButton,
  pull,
  update,
} from "@servereye/commands/hub";
import { type AnswerOf, type Command, Fault, type FaultCode } from "@servereye/contract";
import { mayHaveActed } from "../fleet/acted.ts";
import type { SeenServer } from "../ports/people.ts";
import type { AuditEntry } from "../ports/store.ts";
import { type AuditEnd, audit, auditBegun } from "./audit.ts";
import type { ButtonDeed, Ended } from "./commands/command.ts";
import { look } from "./containers/look.ts";
import { mayRead } from "./deed.ts";
import { faultDraft } from "./faults.ts";
import { draftButton } from "./readings.ts";
import { type Draft, note, showAnyway, type Turn, text } from "./turn.ts";

/** Between two looks at it, ms, and how long they go on: the largest images take long on slow lines. */
const EVERY_MS = 2_000;
const FOR_MS = 30 * 60_000;
/** How long one look waits, ms. */
const LOOK_MS = 5_000;
/** Looks in a row that may come to nothing before that is told as the end of it. */
const MISSES = 20;
/** When nobody looks any more its end is looked for at this pace, ms, and so often at the most. */
const WATCH_MS = 60_000;
const WATCHES = 45;
/** How long its end can be noted, ms. */
const NOTED_MS = 6 * 3_600_000;

/** All that any hub needs to go on with it; it stands in the Refresh button. */
export interface Work {
  job: string;
  /** The command that began it. */
  kind: string;
  server: SeenServer;
  /** The image or the container it is about; empty: the server as a whole. */
  about: string;
  /** The container that it changes. */
  container?: string;
  /** As the audit log calls it. */
  what: string;
}

/** Faults that pass: the next look may have an answer. */
const PASSING: ReadonlySet<FaultCode> = new Set([
  "SERVER_OFFLINE",
  "COMMAND_TIMEOUT",
  "BROKER_UNAVAILABLE",
  "AGENT_BUSY",
  "STORE_UNAVAILABLE",
]);

const endToken = ({ job: id }: Work): string => `job.${id}`;

const valuesOf = (work: Work): Record<string, string> => {
  const { server, container, ...rest } = work;
  return { ...rest, serverId: server.id, ...(container === undefined ? {} : { container }) };
};

const again = (work: Work) => ({ kind: "do" as const, what: "job.look", values: valuesOf(work) });

/**
 * The one message that begins it. The same id is the same work: so where no answer came, asking how it goes tells whether
 * it was begun. `failed`: shows what it could not be begun for, where that is more than the fault's own words.
 */
export async function beginWork(
  turn: Turn,
  work: Work,
  command: Command,
  ask: Record<string, unknown>,
  detail: AuditEntry["detail"],
  failed?: (fault: Fault) => Promise<Draft | undefined>,
): Promise<Ended> {
  const { deps, t } = turn;
  const { server } = work;
  turn.meanwhile({ blocks: [note(t("work-begins", { server: server.name }))] });
  let end: AuditEnd;
  try {
    end = await auditBegun(turn, work.what, server.id, detail, work.job);
    await deps.store.buttons.save([
      {
        ...{ token: endToken(work), chatId: turn.chatKey, personId: turn.actor.person.id, once: true },
        ...{ action: again(work), expires: deps.clock.now() + NOTED_MS },
      },
    ]);
  } catch (error) {
    // What leaves no trace is not done.
    await turn.show(faultDraft(turn, Fault.of(error), { server: server.name }));
    return "refused";
  }
  let first: JobState | undefined;
  try {
    const { answer } = await deps.fleet.ask({
      server: { id: server.id },
      command,
      ask: { ...ask, job: work.job },
    });
    first = answer as JobState;
  } catch (error) {
    const fault = Fault.of(error);
    if (!mayHaveActed(fault)) {
      await end("failed", { code: fault.code });
      const told = await failed?.(fault);
      await showAnyway(turn, told ?? faultDraft(turn, fault, { server: server.name, command: command.name }));
      return "refused";
    }
  }
  await follow(turn, work, first);
  return first === undefined ? "unknown" : "done";
}

/** Draws it in place until its end, or until its reader has enough; then its end is waited for unseen. */
async function follow(turn: Turn, work: Work, first?: JobState): Promise<void> {
  const { deps } = turn;
  let last: Draft | undefined;
  let misses = 0;
  let calm = (): void => undefined;
  await deps.live.run(turn, {
    everyMs: EVERY_MS,
    forMs: FOR_MS,
    again: again(work),
    reads: work.server.id,
    of: { server: work.server.name, command: job.name },
    draw: async (n) => {
      calm();
      try {
        const state = n === 0 && first !== undefined ? first : await lookAt(turn, work);
        misses = 0;
        if (state.state !== "running") return { draft: await atItsEnd(turn, work, state), over: true };
        last = drawn(turn, work, state);
        calm = deps.clock.after(WATCH_MS, () => void watch(turn, work, WATCHES));
        return { draft: last, over: false };
      } catch (error) {
        const fault = Fault.of(error);
        if (fault.code === "JOB_UNKNOWN") return { draft: await lost(turn, work, fault), over: true };
        misses += 1;
        if (!PASSING.has(fault.code) || misses > MISSES) throw fault;
        calm = deps.clock.after(WATCH_MS, () => void watch(turn, work, WATCHES));
        return { draft: unanswered(turn, work, last, fault), over: false };
      }
    },
  });
}

async function lookAt({ deps }: Turn, { server, job: id }: Work): Promise<JobState> {
  const { answer } = await deps.fleet.ask({
    server: { id: server.id },
    command: job,
    ask: { job: id },
    deadlineMs: LOOK_MS,
  });
  return answer as AnswerOf<typeof job>;
}

/** Its message as it stands, with a way to what it is about once it has ended. */
function drawn(turn: Turn, work: Work, state: JobState): Draft {
  const { server, about } = work;
  const told =
    state.fault && faultDraft(turn, Fault.fromBody(state.fault), { server: server.name, command: work.kind });
  const view = jobView(state, { t: turn.t, server }, { about, ...(told ? { fault: told.blocks } : {}) });
  return { title: view.title, blocks: view.blocks };
}

async function atItsEnd(turn: Turn, work: Work, state: JobState): Promise<Draft> {
  await noteEnd(turn, work, endOf(state), state.fault?.code);
  const id = containerOf(state) ?? work.container;
  const draft = drawn(turn, work, state);
  const { server } = work;
  const card =
    id === undefined
      ? []
      : draftButton(turn, server, {
          label: turn.t("work-card"),
          command: "containers",
          ask: { container: id },
        });
  const project = ofProject(work) ? draftButton(turn, server, projectButton(work.about)) : [];
  return { ...draft, buttons: [card, project].filter((row) => row.length > 0) };
}

/** The id of the container that has come of it. */
function containerOf({ result }: JobState): string | undefined {
  const id = typeof result === "object" && result !== null && "id" in result ? result.id : undefined;
  return typeof id === "string" && /^[0-9a-f]{12,64}$/.test(id) ? id : undefined;
}

function unanswered(turn: Turn, { server }: Work, last: Draft | undefined, fault: Fault): Draft {
  const words = note(turn.t("work-unanswered", { server: server.name, code: fault.code }));
  return { ...last, blocks: [...(last?.blocks ?? []), words] };
}

/** It is about a project's containers, all of them. */
const ofProject = ({ kind }: Pick<Work, "kind">): boolean => kind.endsWith("_project");

/** Of a project the job ends well whatever became of each: one that failed makes it a failure. */
function endOf(state: JobState): "done" | "failed" {
  const project = ofProject(state) ? ProjectResult.safeParse(state.result) : undefined;
  return state.state === "done" && (project?.success !== true || project.data.failed === 0)
    ? "done"
    : "failed";
}

/** The agent knows it no more: what can be read of its container is what is known. */
async function lost(turn: Turn, work: Work, fault: Fault): Promise<Draft> {
  const { t } = turn;
  const { server, about } = work;
  await noteEnd(turn, work, "unknown", fault.code);
  const told = [text(t("work-lost", { server: server.name }))];
  const project = ofProject(work);
  if (work.kind !== create.name && work.kind !== update.name && !project) return { blocks: told };
  try {
    const all = await look(turn, server);
    const named = all.filter((one) =>
      project
        ? one.project === about
        : one.name === about || one.id === work.container || one.name.startsWith(`${about}-`),
    );
    const rows = named.slice(0, project ? MOST_MEMBERS : 4).map((one) => ({
      label: one.name,
      value: [containerStateText(t, one), ", ", one.image],
    }));
    if (rows.length === 0)
      return { blocks: [...told, text(t("work-lost-none", { name: about, server: server.name }))] };
    return { blocks: [...told, text(t("work-lost-now")), { type: "facts", rows }] };
  } catch (error) {
    turn.deps.log.info("container.unread", { serverId: server.id, error: String(error) });
    return { blocks: [...told, text(t("container-unread"))] };
  }
}

/** What it is about, under the name it was begun with. */
function subjectOf(work: Work): Record<string, string> {
  if (work.about === "") return {};
  return { [work.kind === pull.name ? "image" : ofProject(work) ? "project" : "container"]: work.about };
}

/** Noted by the first who sees it, on whichever hub. */
async function noteEnd(
  { deps, actor, chatKey }: Turn,
  work: Work,
  result: "done" | "failed" | "unknown",
  code: string | undefined,
): Promise<void> {
  try {
    if (!(await deps.store.buttons.spend(endToken(work)))) return;
  } catch (error) {
    // With the store away its end can not be noted either: said in the log, and the person is told how it ended.
    deps.log.error("audit.lost", { what: work.what, on: work.server.id, result, error });
    return;
  }
  await audit(deps, {
    ...{ personId: actor.person.id, from: chatKey, what: work.what, on: work.server.id, result },
    detail: {
      run: work.job,
      ...subjectOf(work),
      ...(code === undefined ? {} : { code }),
    },
  });
}

/** Nobody looks any more: its end is for the audit log alone. */
async function watch(turn: Turn, work: Work, left: number): Promise<void> {
  try {
    const state = await lookAt(turn, work);
    if (state.state !== "running") return await noteEnd(turn, work, endOf(state), state.fault?.code);
  } catch (error) {
    const { code } = Fault.of(error);
    if (code === "JOB_UNKNOWN") return noteEnd(turn, work, "unknown", code);
    if (code !== "SERVER_OFFLINE" && code !== "COMMAND_TIMEOUT") return;
  }
  if (left > 0) turn.deps.clock.after(WATCH_MS, () => void watch(turn, work, left - 1));
}

/** Refresh, on any hub: what is known now, and on from there. */
export const workLookDeed: ButtonDeed = async (turn, values) => {
  const { serverId = "", job: id = "", kind = "", about = "", container, what = "" } = values;
  const server = await mayRead(turn, job.needs, serverId);
  if (server === undefined) return;
  const work: Work = { job: id, kind, server, about, what };
  await follow(turn, container === undefined ? work : { ...work, container });
};
