/** Judges a history: everything that must never happen, whatever was killed, by name and with where it stands. */
import type { FaultCode } from "@servereye/contract";
import { align, findEnd, fits } from "./align.ts";
import type { Disturbance, History, Operation, Run, Said, Target } from "./history.ts";

/** The closed set of what can be found wrong. */
export type ViolationKind =
  /** An operation that nothing ended. */
  | "lost"
  /** Ended twice (or more) without a crash that explains it. */
  | "doubled"
  | "out of order"
  /** Somebody was told what another person asked. */
  | "wrong person"
  /** The hub's words name one server, the answer is another's. */
  | "wrong server"
  /** One signed ask ran twice. */
  | "executed twice"
  /** An answer that no agent gave. */
  | "invented"
  /** An answer that was made before it was asked for. */
  | "stale"
  /** A fault that nothing explains. */
  | "untrue fault"
  /** Something that was ended on purpose does not start again, or does not work again. */
  | "did not start"
  | "did not come back"
  /** A hub or an agent that nobody had ended ended. */
  | "fell"
  /** Words that are no answer and no fault, or the fault of a defect. */
  | "unexpected";

export interface Violation {
  readonly kind: ViolationKind;
  readonly detail: string;
}

export interface Allowances {
  /** How long after a disturbance has ended it still explains a fault, ms. */
  readonly recoveryMs: number;
  /** An answer may have been made so much before the question, ms: questions of one moment share a look. */
  readonly sharedMs: number;
}

/** What was done is noted in batches: an answer of this long before a crash, ms, may be unnoted and come again. */
const UNNOTED_MS = 5_000;

/**
 * What may leave an update handled and not noted as handled, so that it is handled once more: at most one double of
 * an operation for each. Hubs that stop in good order, agents, and Redis are not among them.
 */
const CRASHES: ReadonlyArray<{ target: Target; what?: string }> = [
  { target: "hub", what: "kill" },
  { target: "hub", what: "pause" },
  { target: "postgres" },
  { target: "postgres line" },
  // The answer arrived, its confirmation did not: it is sent once more.
  { target: "telegram line" },
];

const HUBS_AND_WAYS: readonly Target[] = ["hub", "redis", "redis line", "agent", "agent line"];
const STORE: readonly Target[] = ["postgres", "postgres line", "hub"];

/** What explains which fault. A code that is not here is never right in these runs. */
const EXPLAINS: Partial<Record<FaultCode, readonly Target[]>> = {
  SERVER_OFFLINE: HUBS_AND_WAYS,
  COMMAND_TIMEOUT: [...HUBS_AND_WAYS, "postgres", "postgres line"],
  COMMAND_EXPIRED: HUBS_AND_WAYS,
  BROKER_UNAVAILABLE: ["redis", "redis line", "hub"],
  STORE_UNAVAILABLE: STORE,
  // The true message's answer was lost with a hub, and the agent was asked again: it ran once, and says so.
  COMMAND_REPLAYED: ["rogue"],
  // The answer could not be brought to Telegram for as long as a hub tries, and this is all it can say then.
  CHANNEL_UNREACHABLE: ["telegram line"],
};

const isCrash = (one: Disturbance): boolean =>
  CRASHES.some(({ target, what }) => target === one.target && (what === undefined || what === one.what));

export interface Verdict {
  readonly violations: readonly Violation[];
  readonly figures: Figures;
}

export interface Figures {
  invoked: number;
  ok: number;
  /** By code, those told that it failed. */
  failed: Record<string, number>;
  /** Nothing is known of their end. */
  unknown: number;
  /** Ended a second time, each explained by a crash. */
  doubled: number;
  /** Answered by a hub without its database, before what had been kept for another that could not be reached. */
  overtook: number;
  /** Runs at agents. */
  executed: number;
  /** By target and what was done. */
  disturbances: Record<string, number>;
}

/** Judges a history in which everything was mended at the end and what was under way had time to end. */
export function check(history: History, allowances: Allowances): Verdict {
  const violations: Violation[] = [];
  const blame = (kind: ViolationKind, detail: string) => violations.push({ kind, detail });
  const figures: Figures = {
    invoked: history.operations.length,
    ok: 0,
    failed: {},
    unknown: 0,
    doubled: 0,
    overtook: 0,
    executed: history.runs.length,
    disturbances: {},
  };
  for (const { target, what } of history.disturbances) count(figures.disturbances, `${target} ${what}`);

  const byTime = history.disturbances.toSorted((a, b) => a.at - b.at);
  executions(history.runs, blame);
  const runs = new Map(history.runs.map((run) => [`${run.server} ${run.run}`, run]));
  const chats = new Set([
    ...history.operations.map(({ person }) => person),
    ...history.said.map(({ chat }) => chat),
  ]);
  for (const chat of chats) {
    const operations = history.operations.filter(({ person }) => person === chat);
    const said = history.said.filter((one) => one.chat === chat && one.meaning.kind !== "meanwhile");
    const known = said.filter((one) => {
      const strange = stranger(one, operations);
      if (strange !== undefined) blame(strange, told(one));
      return strange === undefined;
    });
    const { ended, extra, overtook } = align(operations, known, stale);
    figures.overtook += overtook;
    // A mark's own words say whose end they are: what else was taken for it is free for another.
    for (const one of extra.filter(({ meaning }) => meaning.kind === "mark")) {
      const at = operations.findIndex((operation) => fits(operation, one) && unordered(operation));
      const other = ended[at];
      if (at < 0 || (other !== undefined && other.meaning.kind !== "fault")) continue;
      ended[at] = one;
      extra.splice(extra.indexOf(one), 1, ...(other === undefined ? [] : [other]));
      if (other === undefined) figures.overtook++;
    }
    operations.forEach((operation, at) => {
      const may = (mine: Operation, one: Said) => fits(mine, one) && !stale(mine, one);
      if (ended[at] === undefined && unordered(operation) && findEnd(operations, ended, extra, at, may))
        figures.overtook++;
    });
    operations.forEach((operation, at) => {
      const end = ended[at];
      if (end === undefined) return;
      if (end.meaning.kind !== "fault") figures.ok++;
      else count(figures.failed, end.meaning.code);
      truthful(operation, end);
    });
    misplaced(operations, ended, extra);
  }
  return { violations, figures };

  /** A run of before the question can not be its answer. */
  function stale({ invokedAt }: Operation, { meaning }: Said): boolean {
    if (meaning.kind !== "answer") return false;
    const run = runs.get(`${meaning.by} ${meaning.run}`);
    return run !== undefined && run.at < invokedAt - allowances.sharedMs;
  }

  /** The answer is the asked server's, was made by a run of its agent, after it was asked; a fault has its cause. */
  function truthful(operation: Operation, end: Said): void {
    const { meaning } = end;
    if (meaning.kind === "answer") {
      const run = runs.get(`${meaning.by} ${meaning.run}`);
      if (meaning.by !== "" && meaning.by !== meaning.title)
        blame("wrong server", `${asked(operation)}: ${told(end)}`);
      else if (run === undefined) blame("invented", `${asked(operation)}: ${told(end)}`);
      else if (stale(operation, end))
        blame("stale", `${asked(operation)}, answered by a run ${operation.invokedAt - run.at} ms before`);
    }
    if (meaning.kind === "fault") {
      const by = EXPLAINS[meaning.code];
      const explained = history.disturbances.some(
        (one) =>
          by?.includes(one.target) &&
          one.at <= end.at &&
          (one.until ?? end.at) + allowances.recoveryMs >= operation.invokedAt,
      );
      if (!explained) blame("untrue fault", `${asked(operation)}: ${meaning.code}, ${told(end)}`);
    }
  }

  /** What ended nothing is a double that a crash explains, a double that nothing does, or an answer out of order. */
  function misplaced(
    operations: readonly Operation[],
    ended: readonly (Said | undefined)[],
    extra: readonly Said[],
  ) {
    const excused = new Set<string>();
    const outOfOrder = new Set<Operation>();
    for (const one of extra) {
      const late = operations.find(
        (operation, at) =>
          ended[at] === undefined &&
          !outOfOrder.has(operation) &&
          one.meaning.kind !== "fault" &&
          fits(operation, one),
      );
      if (late !== undefined) {
        outOfOrder.add(late);
        blame("out of order", `${asked(late)}: ${told(one)}`);
      } else if (excuse(one, operations, ended, excused)) figures.doubled++;
      else blame("doubled", told(one));
    }
    operations.forEach((operation, at) => {
      if (ended[at] !== undefined || outOfOrder.has(operation)) return;
      figures.unknown++;
      blame("lost", asked(operation));
    });
  }

  /**
   * A hub whose database is away answers what it can not keep, at once. What was written before may be kept for another
   * that is dead or frozen, which it can not know: order is judged where every hub had its database.
   */
  function unordered({ invokedAt }: Operation): boolean {
    return history.disturbances.some(
      ({ target, at, until }) =>
        (target === "postgres" || target === "postgres line") &&
        at <= invokedAt + allowances.recoveryMs &&
        (until ?? invokedAt) + allowances.recoveryMs >= invokedAt,
    );
  }

  /** When all was calm after a moment: nothing had been broken for as long as a recovery may take. */
  function calmAfter(moment: number): number {
    let end = moment;
    for (const { target, at, until } of byTime)
      if (target !== "rogue" && at <= end + allowances.recoveryMs)
        end = Math.max(end, until ?? Number.POSITIVE_INFINITY);
    return end + allowances.recoveryMs;
  }

  /** Finds the operation and the crash that make a double of this; each pair explains one. */
  function excuse(
    one: Said,
    operations: readonly Operation[],
    ended: readonly (Said | undefined)[],
    used: Set<string>,
  ): boolean {
    for (const [at, operation] of operations.entries()) {
      const first = ended[at];
      if (first === undefined || operation.invokedAt > one.at || !doubles(operation, first, one)) continue;
      for (const [index, crash] of history.disturbances.entries()) {
        const pair = `${operation.number} ${index}`;
        const over = crash.until ?? one.at;
        if (used.has(pair) || !isCrash(crash) || operation.invokedAt > over) continue;
        const [early, later] = first.at <= one.at ? [first, one] : [one, first];
        if (early.at > over + UNNOTED_MS || early.at < crash.at - UNNOTED_MS) continue;
        if (later.at < crash.at || later.at > calmAfter(over)) continue;
        used.add(pair);
        return true;
      }
    }
    return false;
  }
}

/** Whether this could be the end of that operation once more; a fault that names nobody follows what was open then. */
function doubles(operation: Operation, first: Said, one: Said): boolean {
  if (!fits(operation, one)) return false;
  const vague = one.meaning.kind === "fault" && one.meaning.server === undefined;
  return !vague || Math.abs(first.at - one.at) <= 60_000;
}

function executions(all: readonly Run[], blame: (kind: ViolationKind, detail: string) => void): void {
  const seen = new Map<string, Run>();
  for (const run of all) {
    const before = seen.get(run.ask);
    if (before !== undefined)
      blame(
        "executed twice",
        `ask ${run.ask} on ${before.server} (run ${before.run}) and ${run.server} (run ${run.run}), ${run.at - before.at} ms apart`,
      );
    seen.set(run.ask, run);
  }
}

/** What may not stand in a chat at all, whatever its order. */
function stranger(one: Said, operations: readonly Operation[]): ViolationKind | undefined {
  const { meaning, chat } = one;
  if (meaning.kind === "other") return "unexpected";
  if (meaning.kind === "mark") return meaning.word.startsWith(`q${chat}-`) ? undefined : "wrong person";
  if (meaning.kind === "fault" && EXPLAINS[meaning.code] === undefined) return "unexpected";
  const server =
    meaning.kind === "answer" ? meaning.title : meaning.kind === "fault" ? meaning.server : undefined;
  if (server === undefined) return undefined;
  return operations.some(({ kind, of }) => kind === "ask" && of === server) ? undefined : "wrong person";
}

function count(into: Record<string, number>, key: string): void {
  into[key] = (into[key] ?? 0) + 1;
}

const moment = (at: number): string => new Date(at).toISOString().slice(11, 23);
const asked = ({ kind, person, number, of, invokedAt }: Operation): string =>
  `${kind} ${number} of person ${person} (${of}, ${moment(invokedAt)})`;
const told = ({ chat, at, text }: Said): string =>
  `told ${chat} at ${moment(at)}: ${text.replaceAll("\n", " ").slice(0, 90)}`;
