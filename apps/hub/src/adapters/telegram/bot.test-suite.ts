/** A bot on the emulator, over HTTP, with a clock turned by hand and an inbox that outlives it. */
import type { TestContext } from "node:test";
import { Fault, type View } from "@servereye/contract";
import { type Emulator, startTelegramEmulator } from "../../../../../test/telegram/emulator.ts";
import type { ChatPort, Incoming } from "../../core/ports/chat.ts";
import { createTelegram, type TelegramOptions } from "./telegram.ts";
import {
  collectedLog,
  collectedMetrics,
  givenMembership,
  memoryInbox,
  memoryLeases,
  noBroker,
  notingHandler,
  turnedClock,
} from "./turned.test-suite.ts";

export function words(text: string, more: Partial<View> = {}): View {
  return { blocks: [{ type: "text", text: [text] }], buttons: [], ...more };
}

/** What the core does with something that came in. */
export type Act = (incoming: Incoming, port: ChatPort) => Promise<unknown>;

/** Answers "got: <text>" to what is written. */
export const echo: Act = async (incoming, port) => {
  if (incoming.did.kind === "wrote") await port.send(incoming.chat, words(`got: ${incoming.did.text}`));
};

export async function emulatorFor(t: TestContext): Promise<Emulator> {
  const emulator = await startTelegramEmulator({ limits: false });
  t.after(() => emulator.close());
  return emulator;
}

export function botFor(t: TestContext, emulator: Emulator, act: Act, more: Partial<TelegramOptions> = {}) {
  const clock = turnedClock();
  const log = collectedLog();
  const metrics = collectedMetrics();
  const inbox = memoryInbox();
  const membership = givenMembership();
  const handler = notingHandler((incoming) => act(incoming, telegram.port).then(() => {}));
  const telegram = createTelegram({
    token: emulator.token,
    apiRoot: emulator.url,
    inbox,
    leases: memoryLeases(),
    membership,
    broker: noBroker(),
    handler,
    pictures: { draw: () => Promise.reject(new Fault("INTERNAL", "nothing is drawn here")) },
    clock,
    log,
    metrics,
    menus: [],
    random: () => 1,
    ...more,
  });
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    const ended = telegram.stop();
    await clock.turn(2_000);
    await ended;
  };
  t.after(stop);
  return { telegram, clock, log, metrics, inbox, handler, stop };
}
