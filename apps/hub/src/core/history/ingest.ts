/**
 * Agents' samples on their way into the history: a bounded queue, kept in groups, acknowledged once they are kept.
 *
 * What finds no room, or can not be kept, is let go of: its agent has it on its disk, is told to wait, and sends it
 * again. So this hub holds a bound of bytes however long the store is away.
 */
import { Fault, type SampleBatch, type SamplesFrame } from "@servereye/contract";
import type { History, Ingest } from "../ports/history.ts";
import type { Clock, Log, Metrics } from "../ports/process.ts";
import type { SampleIntake, SampleLine } from "../ports/samples.ts";
import { type Allowance, type AllowanceLimits, createAllowances } from "./allowance.ts";
import { narrowed, spanOf, valuesOf } from "./batch.ts";
import { createPace, worthTelling } from "./pace.ts";
import { createQueue, QUEUE, type QueueLimits, type Waiting } from "./queue.ts";

/** Values kept at a time: as many as take the store a quarter of a second, within bounds. */
const LEAST_GROUP = 2_000;
const MOST_GROUP = 200_000;
const GROUP_MS = 250;
const TICK_MS = 1_000;
/** What the store has not kept by then is not known to be kept. */
const DEADLINE_MS = 30_000;
/** A store that is away is asked again after this; doubling, to the second. */
const FIRST_LOOK_MS = 500;
const LAST_LOOK_MS = 15_000;
/** A server that is limited is named in the log so often, ms. */
const NAMED_EVERY_MS = 60_000;

export interface IngestParts {
  history: Pick<History, "ingest" | "check">;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  limits?: QueueLimits;
  allowance?: AllowanceLimits;
}

export interface SampleIngest {
  /** One agent's connection. `skewMs`: its clock less this one's, as it is then. */
  open(serverId: string, line: SampleLine, skewMs: () => number): SampleIntake;
  /** Takes no more; resolves when what is being kept is kept, or could not be. */
  close(): Promise<void>;
}

interface Agent {
  serverId: string;
  line: SampleLine;
  allowance: Allowance;
  /** Samples that wait there; undefined before it said so. */
  waiting: number | undefined;
  /** The pace it was told last. */
  told: number | undefined;
  /** It sent more than it may, and waits until it has recovered. */
  limited: boolean;
  diskless: boolean;
  gone: boolean;
}

export function createIngest(parts: IngestParts): SampleIngest {
  const { history, clock, log, metrics } = parts;
  const queue = createQueue<Agent>(parts.limits ?? QUEUE);
  const allowances = createAllowances(clock, parts.allowance);
  const pace = createPace();
  const agents = new Set<Agent>();
  const named = new Map<string, number>();
  let working: Promise<void> | undefined;
  let group = LEAST_GROUP;
  let lateKept = 0;
  let away = false;
  let closed = false;
  let stopTick: (() => void) | undefined;
  let stopLook: (() => void) | undefined;
  metrics.gauge(
    "history_queue_bytes",
    "Memory that samples take which wait to be kept, reckoned.",
    () => queue.bytes,
  );
  metrics.gauge("history_queue_batches", "Batches of samples that wait to be kept.", () => queue.size);
  metrics.gauge(
    "history_live_wait_ms",
    "How long the oldest sample measured now has waited to be kept.",
    () => (queue.oldestLive === undefined ? 0 : clock.now() - queue.oldestLive),
  );
  metrics.gauge("history_backlog_samples", "Late samples that agents of this hub still hold.", () =>
    [...agents].reduce((sum, { waiting }) => sum + (waiting ?? 0), 0),
  );

  function tell(agent: Agent, perSecond: number): void {
    if (agent.gone || !worthTelling(agent.told, perSecond)) return;
    agent.told = perSecond;
    agent.line.pace(perSecond);
  }

  /** What each agent that has late samples may send, or is not known not to. */
  function share(): number {
    if (away || closed) return 0;
    return pace.share([...agents].filter(({ waiting }) => waiting !== 0).length);
  }

  /** Not taken: the agent is told so, and sends it again when it is told a pace anew. */
  function shed(agent: Agent, samples: number, reason: string): void {
    metrics.count("samples_refused", { reason }, samples);
    tell(agent, 0);
  }

  function nameInLog(event: string, agent: Agent, fields: Record<string, unknown>): void {
    const { serverId } = agent;
    const key = `${event} ${serverId}`;
    const now = clock.monotonic();
    if (now - (named.get(key) ?? Number.NEGATIVE_INFINITY) < NAMED_EVERY_MS) return;
    named.set(key, now);
    log.warn(event, { serverId, ...fields });
  }

  function tick(): void {
    stopTick = clock.after(TICK_MS, tick);
    pace.adjust(queue.lateSamples, lateKept);
    lateKept = 0;
    allowances.prune();
    for (const [key, at] of named) if (clock.monotonic() - at >= NAMED_EVERY_MS) named.delete(key);
    const crowded = queue.bytes > (parts.limits ?? QUEUE).bytes / 2;
    const each = share();
    for (const agent of agents) {
      agent.limited &&= !agent.allowance.recovered();
      if (agent.limited || (agent.told === 0 && crowded)) continue;
      if (agent.waiting !== 0 || agent.told === 0) tell(agent, each);
    }
  }

  function work(): void {
    if (working !== undefined || away || closed || queue.size === 0) return;
    working = drain().finally(() => {
      working = undefined;
      work();
    });
  }

  async function drain(): Promise<void> {
    while (queue.size > 0 && !away && !closed) {
      const taken = queue.take(group);
      const began = clock.monotonic();
      await keep(taken);
      const ms = clock.monotonic() - began;
      const values = taken.reduce((sum, { ingest }) => sum + valuesOf(ingest.batch), 0);
      if (ms > GROUP_MS) group = Math.max(LEAST_GROUP, (values / ms) * GROUP_MS);
      // A small one that is kept quickly says nothing about a large one.
      else if (values > group / 2) group = Math.min(MOST_GROUP, group * 1.5);
    }
  }

  async function keep(taken: ReadonlyArray<Waiting<Agent>>): Promise<void> {
    try {
      await given(taken.map(({ ingest }) => ingest));
    } catch (error) {
      if (Fault.of(error).code === "STORE_UNAVAILABLE") return lost(taken, error);
      const [one, ...more] = taken;
      if (one === undefined) return;
      // One of them may be what the store fails on: the others are kept without it.
      if (more.length > 0) {
        for (const single of taken) if (!away) await keep([single]);
        return;
      }
      metrics.count("samples_refused", { reason: "failed" }, one.ingest.batch.samples.length);
      log.error("history.failed", { serverId: one.owner.serverId, error });
      return;
    }
    for (const { owner, late, ingest } of taken) {
      const { samples } = ingest.batch;
      metrics.count("samples_kept", { late: String(late) }, samples.length);
      if (late) lateKept += samples.length;
      tellKept(owner, ingest.batch);
    }
  }

  function tellKept(agent: Agent, batch: SampleBatch): void {
    const span = spanOf(batch);
    if (!agent.gone && span !== undefined) agent.line.kept(span);
  }

  async function given(batches: readonly Ingest[]): Promise<void> {
    let late = (): void => undefined;
    const deadline = new Promise<never>((_, reject) => {
      late = clock.after(DEADLINE_MS, () =>
        reject(new Fault("STORE_UNAVAILABLE", "history was not kept in time")),
      );
    });
    try {
      await Promise.race([history.ingest(batches), deadline]);
    } finally {
      late();
    }
  }

  /** The store is away: nothing that waits is known to be kept, and all agents have it still. */
  function lost(taken: ReadonlyArray<Waiting<Agent>>, error: unknown): void {
    away = true;
    const samples = taken.reduce((sum, { ingest }) => sum + ingest.batch.samples.length, 0);
    metrics.count("samples_refused", { reason: "store" }, samples);
    log.warn("history.away", { error });
    queue.clear();
    for (const agent of agents) tell(agent, 0);
    look(FIRST_LOOK_MS);
  }

  function look(ms: number): void {
    stopLook = clock.after(ms, () => {
      history.check().then(
        () => {
          away = false;
          log.info("history.back");
        },
        (error: unknown) => {
          log.debug("history.still_away", { error });
          if (!closed) look(Math.min(LAST_LOOK_MS, ms * 2));
        },
      );
    });
  }

  /** What an agent says of itself besides. */
  function heard(agent: Agent, { waiting, lost: gone, diskless }: SamplesFrame): void {
    agent.waiting = waiting;
    const { allowance, serverId } = agent;
    const samples = gone < allowance.lost ? gone : gone - allowance.lost;
    allowance.lost = gone;
    if (samples > 0) {
      metrics.count("samples_lost", {}, samples);
      log.warn("agent.samples_lost", { serverId, samples });
    }
    if (diskless && !agent.diskless) log.warn("agent.buffer_diskless", { serverId });
    if (!diskless && agent.diskless) log.info("agent.buffer_well", { serverId });
    agent.diskless = diskless;
  }

  function take(agent: Agent, skewMs: number, frame: SamplesFrame, bytes: number): boolean {
    if (agent.gone || closed) return true;
    if (spanOf(frame.batch) === undefined) return false;
    const { length } = frame.batch.samples;
    const spent = agent.allowance.spend(length, bytes);
    if (spent !== undefined) {
      agent.limited = true;
      nameInLog("agent.samples_limited", agent, { by: spent.refused });
      shed(agent, length, "limit");
      if (spent.flooding) agent.line.flooded();
      return true;
    }
    heard(agent, frame);
    if (away) {
      shed(agent, length, "store");
      return true;
    }
    const batch = withinRoom(agent, frame.batch);
    const { serverId } = agent;
    if (batch.series.length === 0) {
      // Nothing of it is taken, ever: the agent need not hold it.
      tellKept(agent, frame.batch);
      return true;
    }
    const ingest: Ingest = { serverId, arrived: clock.now(), skewMs: Math.round(skewMs), batch };
    if (!queue.put({ owner: agent, late: frame.late || length > 1, ingest })) shed(agent, length, "full");
    else work();
    return true;
  }

  /** Without the series for which this server has no room: the others go on. */
  function withinRoom(agent: Agent, batch: SamplesFrame["batch"]): SamplesFrame["batch"] {
    const room = agent.allowance.room(batch.series);
    const beyond = room.filter((has) => !has).length;
    if (beyond === 0) return batch;
    metrics.count("samples_refused", { reason: "series" }, batch.samples.length);
    nameInLog("agent.samples_limited", agent, { by: "series", beyond });
    return narrowed(batch, room);
  }

  tick();
  return {
    open(serverId, line, skewMs) {
      const agent: Agent = {
        ...{ serverId, line, allowance: allowances.of(serverId), waiting: undefined, told: undefined },
        ...{ limited: false, diskless: false, gone: false },
      };
      agents.add(agent);
      agent.limited = !agent.allowance.recovered();
      tell(agent, agent.limited ? 0 : share());
      return {
        take: (frame, bytes) => take(agent, skewMs(), frame, bytes),
        gone() {
          agent.gone = true;
          agents.delete(agent);
        },
      };
    },
    async close() {
      closed = true;
      stopTick?.();
      stopLook?.();
      queue.clear();
      await working;
    },
  };
}
