/** A whole ServerEye for a test: Telegram's emulator, a hub, agents as real processes, persons with phones. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
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
  /** The hub's; one that is turned by hand and waits as long as the machine's unless told. */
  clock?: TurnedClock;
}

export interface World {
  readonly folder: string;
  readonly emulator: Emulator;
  readonly startAgent: StartAgent;
  /** What the hub's environment is, data folder and Telegram included. */
  readonly env: Record<string, string>;
  /** What must never stand in a log: each is added where it is made. */
  readonly secrets: Set<string>;
  /** Everything that the hub wrote to its log files and that processes wrote to their output, by where it stands. */
  written(): Map<string, string>;
  /** Something more to end before everything else. */
  onClose(undo: () => Promise<unknown> | unknown): void;
  /** Ends everything, and fails when the bot was refused something it should have known. */
  close(): Promise<void>;
}

/** Refusals that a bot can not foresee. Anything else refused is a fault of ours. */
const unforeseen =
  /message is not modified|query is too old|Too Many Requests|Conflict|bot was blocked|message can't be deleted|Server Error|Gateway/;

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
  const secrets = new Set([emulator.token]);
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
      SERVEREYE_LOG_LEVEL: "debug",
      ...env,
    },
    secrets,
    written() {
      const logs = join(dataDir, "logs");
      return new Map([
        ...readdirSync(logs).map((name) => [name, readFileSync(join(logs, name), "utf8")] as const),
        ...[...running].map((one) => [`process ${one.pid}`, one.output()] as const),
      ]);
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
    const clock = options.clock ?? turnedClock();
    const hub = await hubHere(world.env, clock);
    world.onClose(() => hub.stop());
    world.secrets.add(hub.enrol).add(/login=(\S+)/.exec(hub.loginLink)?.[1] ?? "");
    const setup = /start=(\S+)/.exec(hub.setupLink ?? "")?.[1];
    if (setup !== undefined) world.secrets.add(setup.replace("setup_", ""));
    return { ...world, hub, clock };
  } catch (error) {
    await world.close();
    throw error;
  }
}

/** Fails with the places where a secret was written. Gives how much was looked through, characters. */
export function assertSecretsKept(world: World): number {
  const written = world.written();
  const found = [...written].flatMap(([place, text]) =>
    [...world.secrets]
      .filter((secret) => secret.length < 8 || text.includes(secret))
      .map((secret) => [place, secret]),
  );
  assert.deepEqual(found, []);
  return [...written.values()].reduce((sum, text) => sum + text.length, 0);
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
  const outputs: Running[] = [];
  world.onClose(async () => {
    for (const hub of hubs) await hub.stop();
  });
  return {
    ...world,
    written: () =>
      new Map([...world.written(), ...outputs.map((one) => [`hub ${one.pid}`, one.output()] as const)]),
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
        outputs.push(one);
      });
      world.secrets.add(hub.enrol);
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
export async function addServer(
  system: System,
  owner: Actor,
  name: string,
  env: Record<string, string> = {},
): Promise<Agent> {
  const { text } = await ask(owner, "/add");
  const [, enrol, hubKey] = /--enrol (\S+) --hub-key (\S+)/.exec(text) ?? [];
  assert.ok(enrol !== undefined && hubKey !== undefined, text);
  const agent = system.startAgent(name, { url: system.hub.agentUrl, hubKey, enrol }, env);
  await agent.connected();
  system.secrets.add(enrol).add(agent.key());
  return agent;
}
