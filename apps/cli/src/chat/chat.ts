/** `servereye chat`: the bot in a terminal, or in a pipe. */
import { createInterface } from "node:readline";
import { HubApi } from "../local-hub.ts";
import { dataFolder, localeOf, settings } from "../surroundings.ts";
import { follow } from "./follow.ts";
import { Known } from "./known.ts";
import { paintFor } from "./paint.ts";
import { piped } from "./piped.ts";
import { plainLine } from "./plain.ts";
import { type Look, renderMessage } from "./render.ts";
import { SAVE, save } from "./save.ts";
import { Screen } from "./screen.ts";

const PROMPT = "› ";

export async function chat(): Promise<number> {
  const env = settings();
  const [dataDir, locale] = [dataFolder(env), localeOf(env)];
  const paint = paintFor(process.stdout, process.env);
  const look = (): Look => ({ columns: process.stdout.columns ?? 80, paint, locale, now: Date.now() });
  const connect = (): HubApi => new HubApi(dataDir, locale);
  if (process.stdin.isTTY !== true) return piped({ hub: connect(), look });

  const known = new Known();
  const screen = new Screen(process.stdout);
  let hub = connect();
  const commands = [...(await hub.commands()), "/save"];
  /** What was typed here: when the hub tells it back it stands on the screen already. */
  const typed: string[] = [];
  const input = createInterface({
    input: process.stdin,
    output: process.stdout,
    prompt: PROMPT,
    historySize: 200,
    removeHistoryDuplicates: true,
    completer: (line: string) => [
      commands.filter((name) => name.startsWith(line)).map((name) => `${name} `),
      line,
    ],
  });
  screen.attach(input);
  process.stdout.on("resize", () => screen.forget());

  const closing = new AbortController();
  const following = follow({
    connect: () => {
      hub = connect();
      return hub;
    },
    signal: closing.signal,
    on: (message) => {
      if (!known.learn(message)) return;
      const lines = renderMessage(message, look());
      if (lines !== undefined) screen.message(message.id, lines);
      else if (message.text !== undefined) {
        const mine = typed.indexOf(message.text);
        if (mine >= 0) typed.splice(mine, 1);
        else screen.remark(paint.soft(`you, elsewhere: ${plainLine(message.text)}`));
      }
    },
    before: (message) => void known.learn(message),
    gone: (id) => known.forget(id),
    remark: (text) => screen.remark(paint.soft(text)),
  });
  const failed = (error: unknown): void => {
    screen.remark(paint.bad(error instanceof Error ? error.message : String(error)));
  };

  const enter = async (line: string): Promise<void> => {
    const text = line.trim();
    const found = known.button(text);
    screen.entered(line, found !== undefined, PROMPT);
    if (text === "") return input.prompt();
    if (SAVE.test(text)) return screen.remark(paint.soft(await save(hub, known.file, text)));
    if (found === undefined) {
      typed.push(text);
      return hub.write(text, false);
    }
    if ("href" in found.button) return screen.remark(paint.link(plainLine(found.button.href)));
    const { notice } = await hub.press(found.messageId, found.button.token);
    if (notice !== undefined) screen.remark(paint.soft(plainLine(notice)));
  };
  input.on("line", (line) => void enter(line).catch(failed));
  process.stdout.write(
    paint.soft("The bot answers here. /help shows what it knows, Tab completes, Ctrl-D leaves.\n\n"),
  );
  input.prompt();
  const ended = new Promise<void>((resolve) => input.once("close", resolve));
  try {
    await Promise.race([ended, following]);
  } finally {
    closing.abort();
    input.close();
    process.stdout.write("\n");
  }
  await following.catch(() => undefined);
  return 0;
}
