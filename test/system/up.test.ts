/** One command and a bot token, as a new user has them: from the setup link to this machine's figures on the phone. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { startTelegramEmulator } from "../telegram/emulator.ts";
import { bytesOf } from "./figures.ts";
import { type Running, run } from "./process.ts";
import { ask } from "./system.ts";
import { createUndo } from "./undo.ts";

const main = join(import.meta.dirname, "../../apps/cli/src/main.ts");
const undo = createUndo();
const folder = mkdtempSync(join(tmpdir(), "eye-"));
undo.add(() => rmSync(folder, { recursive: true, force: true }));
after(() => undo.run());

const emulator = await startTelegramEmulator({ limits: false });
undo.add(() => emulator.close());
const ann = emulator.control.person({ id: 1, firstName: "Ann" });

function up(token: string): Running {
  const running = run(process.execPath, [main, "up"], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      SERVEREYE_DATA_DIR: join(folder, "data"),
      SERVEREYE_HTTP_PORT: "0",
      TELEGRAM_BOT_TOKEN: token,
      TELEGRAM_API_ROOT: emulator.url,
    },
  });
  undo.add(() => running.end("SIGTERM"));
  return running;
}

it("the setup link, opened once, gives the person this machine", async () => {
  const running = up(emulator.token);
  const line = await running.line((one) => one.includes("?start=setup_"));
  const payload = /\?start=(\S+)/.exec(line)?.[1] ?? "";
  assert.match((await ask(ann, `/start ${payload}`)).text, /You are the admin/);
  assert.match((await ask(ann, "/servers")).text, /1 server, 1 online/);
  const memory = await ask(ann, "/memory");
  const total = bytesOf(/ of (.*\s[KMGT]iB)$/m.exec(memory.text)?.[1] ?? "");
  assert.ok(Math.abs(total - totalmem()) < 0.06 * 1024 ** 3, memory.text);
  const began = performance.now();
  assert.equal(await running.end("SIGTERM"), 0);
  assert.ok(performance.now() - began < 2_000, `${Math.round(performance.now() - began)} ms`);
});

it("the next start knows its admin: no setup link, the same server, the old buttons", async () => {
  const running = up(emulator.token);
  await running.line((one) => one.includes("Ctrl-C stops everything"));
  assert.doesNotMatch(running.output(), /setup_/);
  ann.chat.readAll();
  ann.press("🔄 Refresh");
  assert.match((await ann.chat.next()).text, /Memory/);
  assert.equal(await running.end("SIGINT"), 0);
});

it("a token that Telegram does not know is one line, and no process stays", async () => {
  const token = "7000000002:AAE-some-other-token-000000000000000";
  const running = up(token);
  assert.equal(await running.ended, 1);
  assert.match(running.output(), /TELEGRAM_BOT_TOKEN.*@BotFather/);
  assert.equal(running.output().trim().split("\n").length, 1, running.output());
  const logs = join(folder, "data/logs");
  for (const name of readdirSync(logs)) {
    const text = readFileSync(join(logs, name), "utf8");
    assert.ok(!text.includes(token) && !text.includes(emulator.token), name);
  }
});
