/** A chat for tests: the real handler on the real store, persons who write and press, an agent side that is scripted. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readings } from "@servereye/commands/hub";
import { Fault, type View } from "@servereye/contract";
import { run } from "../../../../../test/engines/databases.ts";
import { type FreshStores, freshStores } from "../../adapters/store/contract/fresh.test-suite.ts";
import { aServer } from "../../adapters/store/contract/world.test-suite.ts";
import { startEmbeddedPostgres } from "../../adapters/store/embedded/start.ts";
import { openStore } from "../../adapters/store/store.ts";
import { systemClock } from "../../clock.ts";
import { keptLog, readMetrics, realChance, turnedClock } from "../fleet/doubles.test-code.ts";
import { createEnrolment } from "../fleet/enrol.ts";
import type { Presence } from "../ports/broker.ts";
import type { ChatHandler, ChatPort, OutgoingFile } from "../ports/chat.ts";
import type { Account, Person } from "../ports/people.ts";
import type { Store, StorePart } from "../ports/store.ts";
import type { ChatDeps, ChatFleet, ChatHistory } from "./deps.ts";
import { createChat } from "./handler.ts";
import { createLive, type Live } from "./live.ts";

export interface Shown {
  chatId: string;
  messageId: string;
  /** How often it was sent or edited. */
  revision: number;
  view: View;
  /** Title, blocks and labels as plain text. */
  text: string;
}

export interface Room {
  store: Store;
  clock: ReturnType<typeof turnedClock>;
  log: ReturnType<typeof keptLog>;
  metrics: ReturnType<typeof readMetrics> & { commands: Array<{ name: string; outcome: string }> };
  /** Everything shown, by chat and id, as it stands now. */
  messages: Map<string, Shown>;
  removed: string[];
  /** Sent ones, oldest first. */
  files: Array<OutgoingFile & { chatId: string; messageId: string }>;
  notices: Array<{ pressId: string; text: string | undefined; alert: boolean }>;
  typed: number;
  live: Live;
  deps: ChatDeps;
  /** The agents' answers; rejects with a fault unless a test sets it. */
  ask: ChatFleet["ask"];
  online: Map<string, Presence>;
  /** Regions out of sight. */
  unseen: Set<string>;
  gone: string[];
  /** While set, the store rejects these with it: `buttons.find`, `audit.record`, ... */
  broken: Set<string>;
  /** What was measured: nothing unless a test sets it. */
  history: ChatHistory;
  port: ChatPort;
  handler: ChatHandler;
  person(name?: string, options?: { admin?: boolean; account?: Account }): Promise<Body>;
  /** Somebody nobody knows. */
  stranger(name?: string): Body;
  server(owner: Body, name: string): Promise<{ id: string; name: string }>;
}

export interface Body {
  account: Account;
  /** Fails for a stranger. */
  id: string;
  /** Resolves with what this turn showed last, in private unless told. */
  write(text: string, chat?: Chat): Promise<Shown | undefined>;
  begin(text: string, chat?: Chat): Promise<void>;
  press(on: Shown | undefined, label: string | RegExp, chat?: Chat): Promise<Pressed>;
  pressToken(token: string, messageId?: string, chat?: Chat): Promise<Pressed>;
}

export interface Chat {
  chatId: string;
  kind: "private" | "group";
}

export interface Pressed {
  shown: Shown | undefined;
  notice: { text: string | undefined; alert: boolean } | undefined;
}

/** One PostgreSQL for a file of tests. */
export async function chatEngine() {
  const dataDir = mkdtempSync(join(tmpdir(), "chat-"));
  const postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  // What a chat does is looked at, not whether it outlives the machine.
  await run(postgres.connection, "alter role current_user set synchronous_commit = off");
  const stores: FreshStores = await freshStores(postgres.connection);
  const open = new Set<Store>();
  return {
    async room(
      options: { registration?: "closed" | "open"; bot?: string | undefined; publicUrl?: string } = {},
    ): Promise<Room> {
      const clock = turnedClock();
      const log = keptLog();
      // Its own timers are real; the chat's and the expiries' are turned.
      const store = await openStore({
        connection: await stores.database(),
        clock: { ...systemClock, now: clock.now },
        chance: realChance,
        log,
      });
      open.add(store);
      return roomOn(store, clock, log, options);
    },
    async close() {
      await Promise.all([...open].map((store) => store.close()));
      await postgres.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function roomOn(
  real: Store,
  clock: Room["clock"],
  log: Room["log"],
  options: { registration?: "closed" | "open"; bot?: string | undefined; publicUrl?: string },
): Room {
  const broken = new Set<string>();
  const store = fragile(real, broken);
  const messages: Room["messages"] = new Map();
  const notices: Room["notices"] = [];
  const commands: Room["metrics"]["commands"] = [];
  const metrics = Object.assign(readMetrics(), { commands });
  metrics.command = (name, outcome) => void commands.push({ name, outcome });
  let latest: Shown | undefined;
  let nextId = 1;
  const put = (chatId: string, messageId: string, view: View): { messageId: string } => {
    const revision = (messages.get(`${chatId} ${messageId}`)?.revision ?? 0) + 1;
    latest = { chatId, messageId, revision, view, text: plain(view) };
    messages.set(`${chatId} ${messageId}`, latest);
    return { messageId };
  };
  const port: ChatPort = {
    send: async (chat, view) => put(chat.chatId, `m${nextId++}`, view),
    edit: async (chat, messageId, view) => put(chat.chatId, messageId, view),
    answerPress: async (_chat, pressId, notice) => {
      notices.push({ pressId, text: notice?.text, alert: notice?.alert ?? false });
    },
    sendFile: async (chat, file) => {
      const messageId = `m${nextId++}`;
      room.files.push({ ...file, chatId: chat.chatId, messageId });
      return { messageId };
    },
    redraw: async (chat, messageId, view) => {
      if (!messages.has(`${chat.chatId} ${messageId}`)) return false;
      put(chat.chatId, messageId, view);
      return true;
    },
    remove: async (_chat, messageId) => void room.removed.push(messageId),
    typing: () => {
      room.typed += 1;
    },
  };
  const enrolment = createEnrolment({
    store,
    broker: { publish: async () => 0 },
    clock,
    chance: realChance,
    region: "",
    log,
  });
  const live = createLive({ clock, chance: realChance, store, log, metrics });
  const deps: ChatDeps = {
    store,
    live,
    fleet: {
      ask: (question) => room.ask(question),
      unseen: (region) => room.unseen.has(region),
      presenceOf: async (ids) => new Map([...room.online].filter(([id]) => ids.includes(id))),
      removed: async (id) => void room.gone.push(id),
      prepare: () => undefined,
    },
    enrolment,
    history: {
      query: (query) => room.history.query(query),
      latest: (...asked) => room.history.latest(...asked),
      series: (...asked) => room.history.series(...asked),
    },
    online: async () => room.online.size,
    port: () => room.port,
    readings,
    clock,
    chance: realChance,
    log,
    metrics,
    registration: options.registration ?? "closed",
    about: {
      version: "0.0.0",
      hubId: "hub",
      startedAt: clock.now(),
      publicUrl: () => options.publicUrl ?? "https://hub.example",
      hubKey: "key",
      botLink: () => ("bot" in options ? options.bot : "https://t.me/the_bot"),
    },
  };
  const handler = createChat(deps);
  let made = 0;
  const bodyOf = (account: Account, name: string, id: () => string): Body => {
    const privately: Chat = { chatId: account.externalId, kind: "private" };
    const handle = (chat: Chat, messageId: string, did: Parameters<ChatHandler["handle"]>[0]["did"]) =>
      handler.handle({
        account,
        name,
        languageCode: "en",
        chat: { channel: account.channel, ...chat },
        messageId,
        did,
      });
    const body: Body = {
      account,
      get id() {
        return id();
      },
      begin: (text, chat = privately) => handle(chat, `p${nextId++}`, { kind: "wrote", text }),
      async write(text, chat) {
        latest = undefined;
        await body.begin(text, chat);
        return latest;
      },
      press(on, label, chat) {
        const button = on?.view.buttons
          .flat()
          .find((one) => (typeof label === "string" ? one.label === label : label.test(one.label)));
        assert.ok(button !== undefined && "token" in button, `no button ${String(label)} in: ${on?.text}`);
        return body.pressToken(button.token, on?.messageId, chat);
      },
      async pressToken(token, messageId = "m0", chat = privately) {
        latest = undefined;
        const pressId = `press${nextId++}`;
        await handle(chat, messageId, { kind: "pressed", token, pressId });
        return { shown: latest, notice: notices.find((one) => one.pressId === pressId) };
      },
    };
    return body;
  };
  const room: Room = {
    store,
    clock,
    log,
    metrics,
    messages,
    removed: [],
    files: [],
    notices,
    typed: 0,
    live,
    deps,
    ask: () => Promise.reject(new Fault("SERVER_OFFLINE", "nobody is there")),
    online: new Map(),
    unseen: new Set(),
    gone: [],
    broken,
    history: { query: async () => [], latest: async () => [], series: async () => [] },
    port,
    handler,
    async person(name = "Ann", { admin = false, account } = {}) {
      made += 1;
      const mine: Account = account ?? { channel: "telegram", externalId: String(1_000 + made) };
      const person: Person = await real.people.admit(mine, { name, admin });
      return bodyOf(mine, name, () => person.id);
    },
    stranger(name = "Mallory") {
      made += 1;
      return bodyOf({ channel: "telegram", externalId: String(1_000 + made) }, name, () =>
        assert.fail("a stranger has no id"),
      );
    },
    server: (owner, name) => real.servers.add(aServer(owner.id, name)),
  };
  return room;
}

/** The store, some of whose methods fail for as long as they are named in `broken`. */
function fragile<S extends Store | StorePart>(store: S, broken: ReadonlySet<string>): S {
  const wrapped = Object.entries(store).map(([room, methods]) => {
    if (room === "together" && "together" in store) {
      const together: Store["together"] = (run) =>
        inHand(store.together((part) => run(fragile(part, broken))));
      return [room, together];
    }
    if (typeof methods !== "object" || methods === null) return [room, methods];
    const each = Object.entries(methods).map(([name, method]: [string, unknown]) => [
      name,
      typeof method !== "function"
        ? method
        : (...args: unknown[]) =>
            broken.has(`${room}.${name}`)
              ? Promise.reject(new Fault("STORE_UNAVAILABLE", "the store is away"))
              : inHand(Reflect.apply(method, methods, args)),
    ]);
    return [room, Object.fromEntries(each)];
  });
  return Object.fromEntries(wrapped);
}

/** What the stores of this file's rooms were asked and have not answered: theirs is real time, which no clock turns. */
const asked = new Set<Promise<unknown>>();

function inHand<T>(answer: T): T {
  if (!(answer instanceof Promise)) return answer;
  const ended = answer
    .catch(() => undefined)
    .finally(() => {
      asked.delete(ended);
    });
  asked.add(ended);
  return answer;
}

function plain(view: View): string {
  const inline = (text: unknown): string =>
    typeof text === "string"
      ? text
      : typeof text === "object" && text !== null && "text" in text
        ? String(text.text)
        : "<time>";
  const lines = view.blocks.map((block) => {
    if (block.type === "text" || block.type === "note") return block.text.map(inline).join("");
    if (block.type === "facts")
      return block.rows.map((row) => `${row.label}: ${row.value.map(inline).join("")}`).join("\n");
    return "text" in block ? block.text : block.type;
  });
  return [view.title ?? "", ...lines].join("\n").trim();
}

export const labels = (shown: Shown | undefined): string[] =>
  shown?.view.buttons.flat().map((button) => button.label) ?? [];

/**
 * Lets everything go on that waits for other promises or for the store, however slow the machine makes it: what is
 * left waits for the clock, or for what the test holds back.
 */
export const settle = async (): Promise<void> => {
  do {
    await Promise.all(asked);
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  } while (asked.size > 0);
};
