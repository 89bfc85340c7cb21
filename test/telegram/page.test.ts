/** The page of the emulator in a real browser: a person chats with a real bot and nothing they meet can act on the page. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Bot, InlineKeyboard, InputFile } from "grammy";
import { chromium } from "playwright-core";
import { engine, needs } from "../engines.ts";
import { startTelegramEmulator } from "./emulator.ts";

const hostile = "<img src=x onerror=document.title='broken'>";

test("a person writes, presses and reads in the browser", needs("chromium"), async () => {
  const browser = await chromium.launch({ executablePath: engine("chromium") ?? "", args: ["--no-sandbox"] });
  const emulator = await startTelegramEmulator({ botName: hostile });
  const bot = new Bot(emulator.token, { client: { apiRoot: emulator.url } });
  bot.command("start", (context) =>
    context.reply(`<b>web-1</b> /memory\n<pre>${hostile.replaceAll("<", "&lt;")}</pre>`, {
      parse_mode: "HTML",
      reply_markup: new InlineKeyboard().text("🔄 Refresh", "refresh").url("Docs", "https://example.com/"),
    }),
  );
  bot.command("memory", (context) =>
    context.replyWithDocument(new InputFile(Buffer.from("x"), `${hostile}.txt`)),
  );
  bot.callbackQuery("refresh", async (context) => {
    await context.answerCallbackQuery({ text: hostile, show_alert: true });
    await context.editMessageText('At <tg-time unix="1700000000" format="r">then</tg-time>', {
      parse_mode: "HTML",
    });
  });
  emulator.control.person({ id: 5, firstName: hostile });
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  page.setDefaultTimeout(10_000);
  const problems: string[] = [];
  bot.catch(({ message }) => void problems.push(message));
  page.on("pageerror", (error) => problems.push(error.message));
  const running = bot.start();
  try {
    await bot.api.setMyCommands([{ command: "memory", description: hostile }]);
    await page.goto(emulator.url);
    await page.getByRole("button", { name: "Start" }).click();
    await page.locator("article b", { hasText: "web-1" }).waitFor();
    assert.equal(await page.locator("article pre").textContent(), hostile);
    assert.equal(await page.getByRole("link", { name: "Docs" }).getAttribute("href"), "https://example.com/");
    const wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
    assert.equal(wide, false, "nothing is wider than the phone");
    await page.getByRole("button", { name: "🔄 Refresh" }).click();
    // Open is its own wait: the paragraph stands in the page, empty, before the answer comes.
    const notice = page.locator("dialog[open] p");
    await notice.waitFor();
    assert.equal(await notice.textContent(), hostile);
    await page.getByRole("button", { name: "OK" }).click();
    await page.locator(".words", { hasText: /^At [\d,]+ days ago$/ }).waitFor();
    await page.getByRole("button", { name: "Commands" }).click();
    await page.getByRole("button", { name: "/memory" }).click();
    await page.locator("a.file", { hasText: "onerror" }).waitFor();
    await page.getByLabel("Message", { exact: true }).fill("/start");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "🔄 Refresh" }).waitFor();
    assert.equal(await page.title(), "Telegram emulator");
    assert.equal(await page.locator("img").count(), 0);
    assert.deepEqual(problems, []);
    const shots = process.env.EMULATOR_SHOTS;
    if (shots) {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: `${shots}/${colorScheme}.png` });
      }
    }
  } finally {
    await browser.close();
    await bot.stop();
    await running;
    await emulator.close();
  }
});
