/** Messages that go on changing for a while: redrawn in place, few at once, ended by their button or their time. */
import { Fault, type FaultCode } from "@servereye/contract";
import { authorize } from "../access/authorize.ts";
import type { ChatPort } from "../ports/chat.ts";
import type { Chance, Clock, Log, Metrics } from "../ports/process.ts";
import type { Store } from "../ports/store.ts";
import type { ButtonDeed } from "./commands/command.ts";
import type { Draft, DraftButton } from "./draft.ts";
import { faultDraft } from "./faults.ts";
import type { Live, LivePlan, LiveTurn } from "./live-plan.ts";
import { patiently } from "./patience.ts";
import { note, viewOf, withoutStore } from "./turn.ts";

/** Between two edits in one chat, ms: Telegram takes 20 messages a minute in a group. */
const PACE_MS = 3_000;
/** Of one chat; the oldest ends when one more begins. */
const MOST_OF_CHAT = 2;
/** Of this hub; likewise. */
const MOST_OF_HUB = 50;
/** How long the hub's stop waits for the last drawings to be handed on, ms. */
const FAREWELL_MS = 250;
/** How long after its time the button of one is taken for a dead hub's, ms. */
const GRACE_MS = 10_000;

export type { Live, LivePlan } from "./live-plan.ts";

export interface LiveOptions {
  clock: Clock;
  chance: Chance;
  store: Store;
  log: Log;
  metrics: Metrics;
}

/** Why one ended before it was over; each has its words. */
type Why = "time" | "stopped" | "crowded" | "hub" | "fault";

interface Run {
  /** Also the token of its ⏹. */
  readonly id: string;
  readonly turn: LiveTurn;
  readonly plan: LivePlan;
  readonly port: ChatPort;
  messageId: string;
  /** The last drawing, as it was given. */
  draft: Draft;
  /** What the message shows, as text to compare by. */
  shown: string;
  count: number;
  /** Tokens of its buttons by what they do: stored once, however often they are drawn. */
  readonly tokens: Map<string, string>;
  readonly stored: Set<string>;
  /** Monotonic ms of the next drawing. */
  next: number;
  ended: boolean;
  calm: Array<() => void>;
}

/** A drawing that can not be shown just now is followed by a later one; who shut the bot out is shown none. */
const PASSING: ReadonlySet<FaultCode> = new Set(["RATE_LIMITED", "CHANNEL_UNREACHABLE", "STORE_UNAVAILABLE"]);

export function createLive({ clock, chance, store, log, metrics }: LiveOptions): Live {
  /** By id, the oldest first. */
  const runs = new Map<string, Run>();
  let closed = false;
  metrics.gauge("chat_live_messages", "Messages that this hub redraws now.", () => runs.size);

  const stopRow = (run: Pick<Run, "id" | "turn" | "plan">): DraftButton[] => [
    {
      label: run.turn.t("live-stop"),
      action: {
        kind: "do",
        what: "live.stop",
        values: { id: run.id, until: String(clock.now() + run.plan.forMs) },
      },
      token: run.id,
      once: true,
    },
  ];

  const refreshRow = ({ turn, plan }: Pick<Run, "turn" | "plan">): DraftButton[][] =>
    plan.again === undefined ? [] : [[{ label: turn.t("refresh"), action: plan.again }]];

  /** The same button has the same token in each drawing. */
  function withTokens(run: Run, draft: Draft): Draft {
    const buttons = (draft.buttons ?? []).map((row) =>
      row.map((button) => {
        if ("href" in button) return button;
        const { token: given, ...what } = button;
        const key = JSON.stringify(what);
        const token = given ?? run.tokens.get(key) ?? chance.token(18);
        run.tokens.set(key, token);
        return { ...button, token };
      }),
    );
    return { ...draft, buttons };
  }

  /** What the message says while it goes on. */
  const going = (run: Run): Draft =>
    withTokens(run, { ...run.draft, buttons: [...(run.draft.buttons ?? []), stopRow(run)] });

  /** Shows it if it differs from what is shown. Resolves with false when there is nothing left to show it in. */
  async function put(run: Run, draft: Draft, last = false): Promise<boolean> {
    const shown = shownAs(draft);
    if (shown === run.shown) return true;
    const { turn } = run;
    try {
      const view = await viewOf(
        { clock, chance, store },
        draft,
        turn.chatKey,
        turn.actor.person.id,
        run.stored,
      );
      // It ended meanwhile, and its place may be another's.
      if (run.ended && !last) return true;
      if (!(await run.port.redraw(turn.incoming.chat, run.messageId, view))) return false;
      run.shown = shown;
      return true;
    } catch (error) {
      const { code } = Fault.of(error);
      log.debug("chat.live_unshown", { code });
      return PASSING.has(code);
    }
  }

  function drop(run: Run, why: Why | "over" | "gone" | "left"): boolean {
    if (run.ended) return false;
    run.ended = true;
    for (const off of run.calm) off();
    runs.delete(run.id);
    metrics.count("chat_live_ended", { why });
    return true;
  }

  /** The last drawing: what was known last, and why there is no more. */
  async function end(run: Run, why: Why, words?: Draft["blocks"]): Promise<void> {
    if (!drop(run, why)) return;
    const { turn, draft } = run;
    const at = { kind: "time" as const, at: Math.floor(clock.now() / 1000), style: "clock" as const };
    const blocks = words ?? [note(turn.t(`live-ended-${why}`), " ", at)];
    const buttons = [...(draft.buttons ?? []), ...refreshRow(run)];
    await put(run, withTokens(run, { ...draft, blocks: [...draft.blocks, ...blocks], buttons }), true);
  }

  function failed(run: Run, error: unknown): Promise<void> {
    const fault = Fault.of(error);
    if (fault.code === "INTERNAL") log.error("chat.live_failed", { error: fault.cause ?? fault });
    return end(run, "fault", faultDraft(run.turn, fault, run.plan.of).blocks);
  }

  /** Any hub may have been told of the press: what it notes in the store is read here. */
  async function stoppedElsewhere(run: Run): Promise<boolean> {
    try {
      const outcome = await store.buttons.outcome(run.id);
      return outcome !== undefined && outcome !== "unspent";
    } catch (error) {
      // Without the store nobody can press a button either.
      log.debug("chat.live_unread", { error: String(error) });
      return false;
    }
  }

  /** Rights are the store's of now, not those of when it began. */
  async function mayRead({ turn, plan: { reads: serverId } }: Run): Promise<boolean> {
    if (serverId === undefined) return true;
    try {
      const actor = await store.people.actor(turn.incoming.account, turn.chatKey);
      return authorize(actor, "server.read", { serverId }).allowed;
    } catch (error) {
      if (Fault.of(error).code !== "STORE_UNAVAILABLE") throw error;
      // As with readings: while the store is away the rights of a moment ago hold.
      return true;
    }
  }

  async function drawn(run: Run): Promise<void> {
    let frame: { draft: Draft; over: boolean };
    try {
      if (await stoppedElsewhere(run)) return await end(run, "stopped");
      if (!(await mayRead(run))) return await end(run, "fault", [note(run.turn.t("refused-unseen"))]);
      frame = await run.plan.draw(run.count++);
    } catch (error) {
      return failed(run, error);
    }
    if (run.ended) return;
    run.draft = frame.draft;
    if (frame.over) {
      drop(run, "over");
      await put(run, withTokens(run, frame.draft), true);
      return;
    }
    if (!(await put(run, going(run)))) return void drop(run, "gone");
    schedule(run);
  }

  /** In time for its plan and, with another in the chat, so that they do not come together. */
  function schedule(run: Run): void {
    if (run.ended) return;
    let next = clock.monotonic() + Math.max(run.plan.everyMs, PACE_MS);
    const others = [...runs.values()]
      .filter((other) => other !== run && other.turn.chatKey === run.turn.chatKey)
      .sort((a, b) => a.next - b.next);
    for (const other of others) if (Math.abs(next - other.next) < PACE_MS) next = other.next + PACE_MS;
    run.next = next;
    run.calm[1] = clock.after(next - clock.monotonic(), () => void drawn(run));
  }

  /** Lets the oldest go where one more would be too many. */
  function makeRoom(chatKey: string): void {
    const ofChat = [...runs.values()].filter(({ turn }) => turn.chatKey === chatKey);
    if (ofChat.length >= MOST_OF_CHAT && ofChat[0] !== undefined) void end(ofChat[0], "crowded");
    const [oldest] = runs.values();
    if (runs.size >= MOST_OF_HUB && oldest !== undefined) void end(oldest, "crowded");
  }

  /** The first drawing; who waits long for it is told so. */
  function begun(turn: LiveTurn, plan: LivePlan): Promise<{ draft: Draft; over: boolean }> {
    const { server, command } = plan.of ?? {};
    if (server === undefined || command === undefined) return plan.draw(0);
    return patiently(clock, turn, { server, command }, () => plan.draw(0));
  }

  /** With a button that could not be kept nothing could be stopped: it is shown once. */
  async function once(turn: LiveTurn, plan: LivePlan, draft: Draft): Promise<void> {
    const whole = { ...draft, buttons: [...(draft.buttons ?? []), ...refreshRow({ turn, plan })] };
    if (!turn.degraded && !closed) return turn.show(whole);
    await turn.show(turn.degraded ? withoutStore(turn, whole) : whole);
  }

  return {
    async run(turn, plan) {
      const { draft, over } = await begun(turn, plan);
      if (over) return turn.show(draft);
      if (turn.degraded || closed) return once(turn, plan, draft);
      const run: Run = {
        id: chance.token(18),
        turn,
        plan,
        port: turn.port,
        messageId: "",
        draft,
        shown: "",
        count: 1,
        tokens: new Map(),
        stored: new Set(),
        next: clock.monotonic(),
        ended: false,
        calm: [],
      };
      const first = going(run);
      // The hub's stop must not have to wait for the store.
      const rows = [...(first.buttons ?? []), ...refreshRow(run)];
      const kept = withTokens(run, { ...first, buttons: rows });
      await viewOf({ clock, chance, store }, kept, turn.chatKey, turn.actor.person.id, run.stored);
      await turn.show(first, run.stored);
      const messageId = await turn.place();
      if (messageId === undefined) return;
      run.messageId = messageId;
      run.shown = shownAs(first);
      makeRoom(turn.chatKey);
      runs.set(run.id, run);
      run.calm[0] = clock.after(plan.forMs, () => void end(run, "time"));
      if (closed) return end(run, "hub");
      schedule(run);
    },

    left(chatKey, messageId) {
      for (const run of runs.values())
        if (run.turn.chatKey === chatKey && run.messageId === messageId) drop(run, "left");
    },

    stop(id) {
      const run = runs.get(id);
      if (run === undefined) return false;
      void end(run, "stopped");
      return true;
    },

    async close() {
      closed = true;
      const ends = Promise.allSettled([...runs.values()].map((run) => end(run, "hub")));
      let called = (): void => undefined;
      const late = new Promise<void>((resolve) => {
        called = clock.after(FAREWELL_MS, resolve);
      });
      await Promise.race([ends, late]);
      called();
    },
  };
}

/** What a drawing looks like. The moment in a ⏹ is no difference. */
const shownAs = ({ title, blocks, buttons = [] }: Draft): string =>
  JSON.stringify([title, blocks, buttons.map((row) => row.map(({ label }) => label))]);

/** ⏹. It answers its press itself, since what it tells depends on where the message is drawn. */
export const liveStopDeed: ButtonDeed = async (turn, { id = "", until = "0" }) => {
  const { deps, t } = turn;
  if (deps.live.stop(id)) return turn.notice(t("live-stopped"));
  const over = deps.clock.now() > Number(until) + GRACE_MS;
  await turn.notice(t(over ? "live-over" : "live-stops"), true);
};
