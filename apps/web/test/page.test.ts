/** The page in a real browser against the hub's real HTTP side: log in, write, press, lose the hub and find it again. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { engine, needs } from "../../../test/engines.ts";
import { type Bot, HOSTILE, memoryView, processesView, startPageHub, statusView } from "./hub.ts";

const browserNeeded = needs("chromium");
let browser: Browser;

before(async () => {
  if (browserNeeded.skip !== false) return;
  assert.ok(
    existsSync(join(import.meta.dirname, "../dist/index.html")),
    "the page is built before its tests",
  );
  browser = await chromium.launch({
    executablePath: engine("chromium") ?? "",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
});
after(() => browser?.close());

const commands = ["status", "cpu", "memory", "disk", "processes", "servers", "remove_server"].map((name) => ({
  name,
  about: `About ${name}`,
}));

const title = (text: string) => ({ title: text, blocks: [], buttons: [] });

/** A bot with a few answers: a reading, a confirmation, and one that shows what others named. */
const bot: Bot = async ({ chat, did, messageId }, port) => {
  if (did.kind === "wrote") {
    if (did.text === "/memory") await port.send(chat, memoryView("13.4 GiB", 0.43));
    else if (did.text === "/status") await port.send(chat, statusView());
    else if (did.text === "/logs")
      await port.sendFile(chat, {
        name: "shop-db-primary-web-1-2026-11-23T03-12-05.log",
        mediaType: "text/plain",
        bytes: new TextEncoder().encode("2026-11-23T03:12:05Z out ready\n".repeat(1_000)),
        caption: "The last hour of shop-db-primary.",
      });
    else if (did.text === "/processes") await port.send(chat, processesView());
    else if (did.text === "/add")
      await port.send(chat, {
        title: "➕ Add a server",
        blocks: [
          { type: "text", text: ["Run this on the server, as root:"] },
          {
            type: "code",
            text: "curl -fsS http://127.0.0.1:8080/install.sh | sh -s -- 'Zm9vYmFyYmF6cXV1eA'",
          },
          { type: "note", text: ["It works once, for 15 minutes."] },
        ],
        buttons: [],
      });
    else if (did.text === "/hostile")
      await port.send(chat, {
        title: HOSTILE,
        blocks: [
          { type: "facts", rows: [{ label: HOSTILE, value: [HOSTILE, { kind: "strong", text: HOSTILE }] }] },
          { type: "table", columns: [{ head: HOSTILE, align: "left" }], rows: [[HOSTILE.repeat(3)]] },
          { type: "bars", rows: [{ label: HOSTILE, share: 7, text: HOSTILE }] },
          { type: "code", text: HOSTILE },
          {
            type: "text",
            text: [{ kind: "link", text: "trap", href: "javascript:document.title='broken'" }],
          },
        ],
        buttons: [
          [
            { label: HOSTILE, token: "h" },
            { label: "trap", href: "javascript:document.title='broken'" },
            { label: "Docs", href: "https://example.com/" },
          ],
        ],
      });
    else if (did.text.startsWith("/remove_server"))
      await port.send(chat, {
        ...title("Remove web-1?"),
        buttons: [[{ label: "Yes, remove web-1", token: "yes" }], [{ label: "Cancel", token: "no" }]],
      });
    else await port.send(chat, title(`You said: ${did.text}`));
    return;
  }
  if (did.token === "refresh") {
    await port.answerPress(chat, did.pressId, { text: "Asking web-1…", alert: false });
    await port.edit(chat, messageId, memoryView("29.9 GiB", 0.955));
  } else if (did.token === "yes") {
    await port.answerPress(chat, did.pressId);
    await port.edit(chat, messageId, title("web-1 is removed"));
  } else await port.answerPress(chat, did.pressId, { text: "Too late: ask again", alert: true });
};

/** A page whose console must stay silent: a refusal by the content policy is an error there. */
async function openPage(options: Parameters<Browser["newContext"]>[0] = {}): Promise<{
  context: BrowserContext;
  page: Page;
  problems: string[];
}> {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    locale: "en-GB",
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (line) => {
    // The browser itself reports answers of 4xx and connections it lost.
    if (line.type() === "error" && !line.text().startsWith("Failed to load resource"))
      problems.push(line.text());
  });
  return { context, page, problems };
}

const write = async (page: Page, text: string): Promise<void> => {
  await page.getByRole("combobox").fill(text);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
};

test(
  "a login link works once, and leaves neither the address bar nor a trace in it",
  browserNeeded,
  async () => {
    const hub = await startPageHub({ bot, commands });
    const { context, page, problems } = await openPage();
    try {
      await page.goto(hub.url);
      await page.getByText("npx servereye login").waitFor();
      const link = await hub.loginLink();
      await page.getByLabel("Login link").fill("no link at all");
      await page.getByRole("button", { name: "Log in" }).click();
      await page.getByRole("alert").waitFor();
      await page.getByLabel("Login link").fill(link);
      await page.getByRole("button", { name: "Log in" }).click();
      await page.getByText("Ask your servers").waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByText("npx servereye login").waitFor();

      await page.goto(link);
      await page.getByText("used already").waitFor();
      assert.equal(page.url(), `${hub.url}/`);
      await page.goto(await hub.loginLink());
      await page.getByText("Ask your servers").waitFor();
      assert.equal(page.url(), `${hub.url}/`);
      hub.kept.sessions.clear();
      await write(page, "hello");
      await page.getByText("You were logged out").waitFor();
      assert.deepEqual(problems, []);
    } finally {
      await context.close();
      await hub.close();
    }
  },
);

test("writing, pressing, confirming: answers come, edits stay in their place", browserNeeded, async () => {
  const hub = await startPageHub({ bot, commands });
  const { context, page, problems } = await openPage();
  try {
    await page.goto(await hub.loginLink());
    await page.getByRole("button", { name: "/memory", exact: true }).click();
    const answer = page.locator("article", { hasText: "Memory · web-1" });
    await answer.getByText("13.4 GiB of 31.3 GiB").waitFor();
    const id = await answer.getAttribute("data-id");
    await answer.getByRole("button", { name: "Refresh" }).click();
    await answer.getByText("29.9 GiB of 31.3 GiB").waitFor();
    assert.equal(await answer.count(), 1);
    assert.equal(await answer.getAttribute("data-id"), id);
    await page.getByText("Asking web-1…").waitFor();
    assert.equal(await answer.getByText("critical").count(), 1, "a red dot is told in words too");

    await page.getByRole("combobox").fill("/rem");
    await page.getByRole("option", { name: /remove_server/ }).waitFor();
    await page.keyboard.press("Enter");
    assert.equal(await page.getByRole("combobox").inputValue(), "/remove_server ");
    await page.keyboard.type("web-1");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Too late: ask again").waitFor();
    await page.getByRole("button", { name: "Yes, remove web-1" }).click();
    await page.getByRole("heading", { name: "web-1 is removed" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Cancel" }).count(), 0);

    await page.getByRole("combobox").fill("two");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("lines");
    await page.keyboard.press("Enter");
    await page.getByText("You said: two").waitFor();
    await page.waitForFunction(() => document.querySelector("textarea")?.value === "");
    await page.keyboard.press("ArrowUp");
    assert.equal(await page.getByRole("combobox").inputValue(), "two\nlines");
    assert.deepEqual(problems, []);
  } finally {
    await context.close();
    await hub.close();
  }
});

test("names that mean harm are shown as text and do nothing", browserNeeded, async () => {
  const hub = await startPageHub({ bot, commands });
  const { context, page, problems } = await openPage();
  try {
    await page.goto(await hub.loginLink());
    await write(page, "/hostile");
    const heading = page.locator("h2.title");
    await heading.waitFor();
    assert.equal(await heading.textContent(), HOSTILE.replace("\u202E", ""));
    assert.equal(await page.locator("img").count(), 0);
    assert.equal(await page.locator("a", { hasText: "trap" }).count(), 0);
    assert.equal(await page.getByRole("button", { name: "trap" }).isDisabled(), true);
    const docs = page.getByRole("link", { name: "Docs" });
    assert.equal(await docs.getAttribute("href"), "https://example.com/");
    assert.equal(await docs.getAttribute("rel"), "noopener noreferrer");
    assert.equal(await page.title(), "ServerEye");
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
    assert.deepEqual(problems, []);
  } finally {
    await context.close();
    await hub.close();
  }
});

test("a hub that was started anew is found again, and what it forgot is gone", browserNeeded, async () => {
  let hub = await startPageHub({ bot, commands });
  const { context, page, problems } = await openPage();
  try {
    await page.goto(await hub.loginLink());
    await write(page, "before");
    await page.getByText("You said: before").waitFor();
    const { kept, port } = hub;
    await hub.close();
    await page.getByText("reconnecting…").waitFor();
    await write(page, "while away");
    await page.getByText("Not sent").waitFor();
    assert.equal(await page.getByRole("combobox").inputValue(), "while away");
    hub = await startPageHub({ bot, commands, kept, port });
    await page.getByText("online", { exact: true }).waitFor();
    assert.equal(await page.getByText("You said: before").count(), 0);
    await page.keyboard.press("Enter");
    await page.getByText("You said: while away").waitFor();
    assert.deepEqual(problems, []);
  } finally {
    await context.close();
    await hub.close();
  }
});

const sizes = [
  { name: "phone", viewport: { width: 390, height: 844 } },
  { name: "desktop", viewport: { width: 1280, height: 800 } },
];

for (const { name, viewport } of sizes)
  for (const colorScheme of ["light", "dark"] as const)
    test(`nothing is wider than the ${name} (${colorScheme})`, browserNeeded, async () => {
      const hub = await startPageHub({ bot, commands });
      const { context, page, problems } = await openPage({ viewport, colorScheme, reducedMotion: "reduce" });
      const shots = process.env.PAGE_SHOTS;
      const shoot = async (what: string): Promise<void> => {
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${what} is ${wide} px too wide`);
        if (shots === undefined) return;
        mkdirSync(shots, { recursive: true });
        await page.screenshot({ path: join(shots, `${what}-${name}-${colorScheme}.png`) });
      };
      try {
        await page.goto(hub.url);
        await page.getByText("npx servereye login").waitFor();
        await shoot("login");
        await page.goto(await hub.loginLink());
        for (const text of ["/add", "/processes", "/status", "/logs", "/memory"]) {
          const before = await page.locator("article").count();
          await write(page, text);
          await page.waitForFunction(
            (count) => document.querySelectorAll("article").length >= count,
            before + 2,
          );
        }
        const end = await page
          .locator("main")
          .evaluate((at) => at.scrollHeight - at.scrollTop - at.clientHeight);
        assert.ok(end < 2, "the newest message is in sight");
        await page.mouse.move(0, 0);
        await shoot("chat");
        const file = page.getByRole("link", { name: /shop-db-primary/ });
        await file.scrollIntoViewIfNeeded();
        await shoot("file");
        const [download] = await Promise.all([page.waitForEvent("download"), file.click()]);
        assert.match(download.suggestedFilename(), /^shop-db-primary-web-1-.*\.log$/);
        await page.getByRole("combobox").fill("/");
        await page.getByRole("option").first().waitFor();
        await shoot("commands");
        assert.deepEqual(problems, []);
      } finally {
        await context.close();
        await hub.close();
      }
    });
