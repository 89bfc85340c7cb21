/** A whole ServerEye for a test: Telegram's emulator, a hub, agents as real processes, persons with phones. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Actor } from "../telegram/actor.ts";
import type { CallbackAnswer } from "../telegram/callbacks.ts";
import type { Conversation } from "../telegram/conversation.ts";
import { type Emulator, type EmulatorOptions, startTelegramEmulator } from "../telegram/emulator.ts";
import type { ChatMessage } from "../telegram/message.ts";
import { type Agent, agentsIn, type StartAgent } from "./agents.ts";
import { type HubProcess, hubApart, hubHere, type TestHub, type TurnedClock, turnedClock } from "./hubs.ts";
import { PATIENCE_MS, type Running } from "./process.ts";
import { createUndo } from "./undo.ts";

export interface SystemOptions {
  /** More of the hub's environment. */
  env?: Record<string, string>;
  emulator?: EmulatorOptions;
}

export interface World {
  readonly folder: string;
  readonly emulator: Emulator;
  readonly startAgent: StartAgent;
  /** What the hub's environment is, data folder and Telegram included. */
  readonly env: Record<string, string>;
  /** Something more to end before everything else. */
  onClose(undo: () => Promise<unknown> | unknown): void;
  /** Ends everything, and fails when the bot was refused something it should have known. */
  close(): Promise<void>;
}

/** Refusals that a bot can not foresee. Anything else refused is a fault of ours. */
const unforeseen =
  /message is not modified|query is too old|Too Many Requests|Conflict|bot was blocked|Server Error|Gateway/;

async function openWorld({ env = {}, emulator: options = {} }: SystemOptions): Promise<World> {
  const undo = createUndo();
  const folder = mkdtempSync(join(tmpdir(), "eye-"));
  undo.add(() => rmSync(folder, { recursive: true, force: true }));
  const emulator = await startTelegramEmulator({ limits: false, ...options });
  undo.add(() => emulator.close());
  undo.add(() => {
    const refused = emulator.control.calls.filter(
      ({ ok, description }) => !ok && !unforeseen.test(description),
    );
    assert.deepEqual(
      refused.map(({ method, description, params }) => ({ method, description, params })),
      [],
      "Telegram refused what the bot sent",
    );
    assert.deepEqual(emulator.control.warnings, []);
  });
  const running = new Set<Running>();
  const startAgent = agentsIn(folder, (one) => {
    running.add(one);
  });
  undo.add(() => Promise.all([...running].map((one) => one.end("SIGKILL"))));
  const dataDir = join(folder, "data");
  mkdirSync(dataDir, { mode: 0o700 });
  return {
    folder,
    emulator,
    startAgent,
    env: {
      SERVEREYE_DATA_DIR: dataDir,
      SERVEREYE_HTTP_PORT: "0",
      TELEGRAM_BOT_TOKEN: emulator.token,
      TELEGRAM_API_ROOT: emulator.url,
      ...env,
    },
    onClose: undo.add,
    close: undo.run,
  };
}

export interface System extends World {
  readonly hub: TestHub;
  readonly clock: TurnedClock;
}

/** With the hub in this process. */
export async function openSystem(options: SystemOptions = {}): Promise<System> {
  const world = await openWorld(options);
  try {
    const clock = turnedClock();
    const hub = await hubHere(world.env, clock);
    world.onClose(() => hub.stop());
    return { ...world, hub, clock };
  } catch (error) {
    await world.close();
    throw error;
  }
}

export interface ApartSystem extends World {
  /** The one that runs now. */
  hub(): HubProcess;
  /** Starts a hub on the same data folder and port; the one before must have ended. */
  startHub(env?: Record<string, string>): Promise<HubProcess>;
}

/** With the hub as a process of its own, started by `startHub`. */
export async function openApart(options: SystemOptions = {}): Promise<ApartSystem> {
  const world = await openWorld(options);
  const hubs: HubProcess[] = [];
  world.onClose(async () => {
    for (const hub of hubs) await hub.stop();
  });
  return {
    ...world,
    hub() {
      const last = hubs.at(-1);
      if (last === undefined) throw new Error("no hub was started");
      return last;
    },
    async startHub(env = {}) {
      const before = hubs.at(-1);
      const port = before === undefined ? "0" : new URL(before.url).port;
      const hub = await hubApart({ ...world.env, SERVEREYE_HTTP_PORT: port, ...env }, (one) => {
        world.onClose(() => one.end("SIGKILL"));
      });
      hubs.push(hub);
      return hub;
    },
  };
}

// ---- Persons -----------------------------------------------------------------------------------------------

/** An answer, not the "asking ..." that stands in its place for a moment. */
export const settled = (message: ChatMessage): boolean => !message.text.startsWith("⏳");

/** The next answer in a chat. */
export const reply = (
  chat: Conversation,
  matches: (message: ChatMessage) => boolean = () => true,
): Promise<ChatMessage> =>
  chat.next((message) => settled(message) && matches(message), { timeoutMs: PATIENCE_MS });

/** Writes in private and gives the answer: the first message that is newer than what was written. */
export function ask(person: Actor, text: string): Promise<ChatMessage> {
  const { message } = person.write(text);
  return reply(person.chat, ({ messageId }) => messageId > message.messageId);
}

/** The newest message in private that has this button. */
function bearer(person: Actor, label: string): ChatMessage {
  const found = person.chat.messages.findLast(
    (message) => !message.deleted && labels(message).includes(label),
  );
  if (found === undefined) throw new RangeError(`nothing has a button "${label}"`);
  return found;
}

/** Presses a button in private and gives what the message became, and what only the presser was told. */
export async function press(
  person: Actor,
  label: string,
): Promise<{ message: ChatMessage; notice: CallbackAnswer }> {
  const { messageId } = bearer(person, label);
  person.chat.readAll();
  const notice = person.press(label, { messageId }).answered({ timeoutMs: PATIENCE_MS });
  const message = await reply(person.chat, (edited) => edited.messageId === messageId);
  return { message, notice: await notice };
}

/** Presses where nothing is to change: what the presser alone is told. */
export const tap = (
  person: Actor,
  target: Parameters<Actor["press"]>[0],
  on: Parameters<Actor["press"]>[1] = {},
): Promise<CallbackAnswer> => person.press(target, on).answered({ timeoutMs: PATIENCE_MS });

export const labels = (message: ChatMessage): string[] => message.buttons.flat().map((button) => button.text);

/** Adds a server as a person does: the line that /add shows, on the machine. Resolves when its agent is in. */
export async function addServer(system: System, owner: Actor, name: string): Promise<Agent> {
  const { text } = await ask(owner, "/add");
  const [, enrol, hubKey] = /--enrol (\S+) --hub-key (\S+)/.exec(text) ?? [];
  assert.ok(enrol !== undefined && hubKey !== undefined, text);
  const agent = system.startAgent(name, { url: system.hub.agentUrl, hubKey, enrol });
  await agent.connected();
  return agent;
}
