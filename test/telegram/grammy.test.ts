/** The emulator as the bot's own library sees it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Bot, GrammyError, HttpError, InlineKeyboard, InputFile } from "grammy";
import { type Emulator, startTelegramEmulator } from "./emulator.ts";

async function withBot(run: (bot: Bot, emulator: Emulator) => Promise<void>): Promise<void> {
  const emulator = await startTelegramEmulator({ limits: false });
  const bot = new Bot(emulator.token, { client: { apiRoot: emulator.url } });
  try {
    await run(bot, emulator);
  } finally {
    if (bot.isRunning()) await bot.stop();
    await emulator.close();
  }
  assert.deepEqual(emulator.control.warnings, []);
}

test("commands, buttons, edits, files and groups work through grammY", () =>
  withBot(async (bot, emulator) => {
    bot.command("start", (context) =>
      context.reply("<b>Hello</b>", {
        parse_mode: "HTML",
        reply_markup: new InlineKeyboard().text("Refresh", "refresh"),
      }),
    );
    bot.command("log", (context) =>
      context.replyWithDocument(new InputFile(Buffer.from("line"), "log.txt"), { caption: "Log" }),
    );
    bot.callbackQuery("refresh", async (context) => {
      await context.answerCallbackQuery({ text: "Done", show_alert: true });
      await context.editMessageText('Again, <tg-time unix="1700000000" format="r">then</tg-time>', {
        parse_mode: "HTML",
      });
    });
    const running = bot.start();
    const ann = emulator.control.person({ id: 5, firstName: "Ann" });
    ann.write("/start");
    const hello = await ann.chat.next();
    assert.deepEqual(hello.entities, [{ type: "bold", offset: 0, length: 5 }]);
    const answer = await ann.press("Refresh").answered();
    assert.deepEqual([answer.text, answer.showAlert], ["Done", true]);
    const edited = await ann.chat.next();
    assert.deepEqual(
      [edited.messageId, edited.text, edited.entities[0]?.type],
      [hello.messageId, "Again, then", "date_time"],
    );
    ann.write("/log");
    const log = await ann.chat.next();
    assert.deepEqual(
      [log.media?.fileName, log.media?.bytes.toString(), log.text],
      ["log.txt", "line", "Log"],
    );
    emulator.control.group({ id: -1_001_000_000_001, title: "Ops", members: [5] });
    ann.write(`/start@${emulator.botUsername}`, { chat: -1_001_000_000_001 });
    assert.equal((await emulator.control.chat(-1_001_000_000_001).next()).text, "Hello");
    await bot.stop();
    await running;
  }));

test("a refusal is a GrammyError with the real words, a cut connection an HttpError", () =>
  withBot(async (bot, emulator) => {
    emulator.control.person({ id: 5, firstName: "Ann", started: true });
    await assert.rejects(bot.api.sendMessage(5, "<b>x", { parse_mode: "HTML" }), (error) => {
      assert.ok(error instanceof GrammyError);
      assert.equal(
        error.description,
        "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
      );
      return true;
    });
    emulator.control.faults.add({ kind: "429", times: 1, retryAfter: 3 });
    await assert.rejects(
      bot.api.sendMessage(5, "x"),
      (error) => error instanceof GrammyError && error.parameters.retry_after === 3,
    );
    emulator.control.faults.add({ kind: "drop", times: 1 });
    await assert.rejects(bot.api.sendMessage(5, "x"), HttpError);
  }));
