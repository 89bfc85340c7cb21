/** The demo's parts: an emulated Telegram with one person, a real hub, and this machine's real agent. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hubApart } from "../system/hubs.ts";
import { run } from "../system/process.ts";
import { createUndo } from "../system/undo.ts";
import type { Actor } from "../telegram/actor.ts";
import { type Emulator, startTelegramEmulator } from "../telegram/emulator.ts";

const root = join(import.meta.dirname, "../..");

export interface DemoOptions {
  /** Of the emulator's page; 0, the default, takes a free one. */
  port?: number;
  /** What the server is called; the machine's own name unless told. */
  name?: string;
}

export interface Demo {
  /** The page on which one writes to the bot, without a slash at the end. */
  readonly page: string;
  /** Where everything it keeps is, until it stops. */
  readonly folder: string;
  readonly telegram: Emulator;
  /** The first admin. */
  readonly person: Actor;
  /** The processes it started. */
  readonly pids: readonly number[];
  /** Resolves when the hub or the agent ended by itself, with what it said. */
  readonly failed: Promise<string>;
  /** Ends everything and removes the folder. Safe to call twice. */
  stop(): Promise<void>;
}

/** Starts the demo; the person is admin already, so that any command works at once. Leaves nothing when it rejects. */
export async function startDemo(options: DemoOptions = {}): Promise<Demo> {
  const undo = createUndo();
  try {
    return await compose(options, undo);
  } catch (error) {
    await undo.run();
    throw error;
  }
}

async function compose(options: DemoOptions, undo: ReturnType<typeof createUndo>): Promise<Demo> {
  const bundle = join(root, "apps/agent/dist/agent.mjs");
  if (!existsSync(bundle)) throw new Error(`${bundle} is not built yet: npm run demo builds it`);
  mkdirSync(join(root, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(root, ".cache", "demo-"));
  undo.add(() => rmSync(folder, { recursive: true, force: true }));

  const telegram = await startTelegramEmulator({
    port: options.port ?? 0,
    botName: "ServerEye",
    botUsername: "servereye_demo_bot",
  });
  undo.add(() => telegram.close());
  const person = telegram.control.person({ id: 1001, firstName: "Ann", languageCode: "en" });

  const [hubFolder, agentFolder] = [join(folder, "hub"), join(folder, "agent")];
  for (const each of [hubFolder, agentFolder]) mkdirSync(each, { mode: 0o700 });
  const hub = await hubApart(
    {
      SERVEREYE_DATA_DIR: hubFolder,
      SERVEREYE_HTTP_PORT: "0",
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_ROOT: telegram.url,
    },
    (running) => undo.add(() => running.end("SIGTERM")),
  );
  const named = options.name === undefined ? [] : ["--name", options.name];
  const place = ["--hub", hub.agentUrl, "--hub-key", hub.hubKey, "--data", agentFolder];
  const agent = run(process.execPath, [bundle, ...place, ...named, "--with-parent"], {
    cwd: agentFolder,
    env: { PATH: process.env.PATH, SERVEREYE_AGENT_ENROL: hub.enrol },
    // Held open: should this process be killed, the agent sees its end.
    stdio: ["pipe", "pipe", "pipe"],
  });
  undo.add(() => agent.end("SIGTERM"));

  const lines = await hub.ready;
  await becomeAdmin(person, lines.join("\n"));
  const failed = Promise.race([
    hub.process.ended.then(() => `The hub ended by itself:\n${hub.process.output()}`),
    agent.ended.then(() => `The agent ended by itself:\n${agent.output()}`),
  ]);
  const pids = [hub.process.pid, agent.pid];
  return { page: telegram.url, folder, telegram, person, pids, failed, stop: () => undo.run() };
}

/** Opens the setup link as a person in Telegram does. */
async function becomeAdmin(person: Actor, greeting: string): Promise<void> {
  const [, payload] = /\?start=(setup_[\w-]+)/.exec(greeting) ?? [];
  if (payload === undefined) throw new Error(`no setup link among the hub's lines:\n${greeting}`);
  person.write(`/start ${payload}`);
  await person.chat.next();
  person.chat.readAll();
}
