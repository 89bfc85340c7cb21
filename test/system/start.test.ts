/** The hub as a process of its own: started, stopped, killed, and in the way of others. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { LocalHub } from "@servereye/contract";
import { startTelegramEmulator } from "../telegram/emulator.ts";
import { type Running, run } from "./process.ts";

const main = join(import.meta.dirname, "../../apps/hub/src/main.ts");
const folder = mkdtempSync(join(tmpdir(), "eye-"));
const started: Running[] = [];

/** As a service would start it: no terminal, no parent that speaks with it. */
function hub(name: string, env: Record<string, string> = {}): Running {
  const data = join(folder, name);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const running = run(process.execPath, [main], {
    cwd: data,
    env: { PATH: process.env.PATH, SERVEREYE_DATA_DIR: data, SERVEREYE_HTTP_PORT: "0", ...env },
  });
  started.push(running);
  return running;
}

const ready = (running: Running) => running.line((line) => line.includes("is ready"));

/** What it said to a person: its lines that are no log events. */
const said = (running: Running): string[] =>
  running
    .output()
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("{"));

const urlOf = (name: string): string =>
  LocalHub.parse(JSON.parse(readFileSync(join(folder, name, "run/hub.json"), "utf8"))).url;

/** Live processes whose command line or working folder names this data folder; zombies are dead. */
function leftOf(name: string): string[] {
  const data = join(folder, name);
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) return false;
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(data);
      } catch {
        // It ended while being looked at.
        return false;
      }
    });
}

after(async () => {
  for (const running of started) await running.end("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
});

describe("a hub", () => {
  it("says where it is, is healthy, and stops cleanly within 2 s", async () => {
    const running = hub("life");
    await ready(running);
    await running.line((line) => line.includes("Ctrl-C stops everything"));
    assert.ok(said(running).some((line) => /Page +http:\/\/127\.0\.0\.1:\d+\/#login=\S+/.test(line)));
    const health = await fetch(`${urlOf("life")}/health`);
    assert.equal(health.status, 200);
    assert.ok(leftOf("life").length > 0, "its database can not be seen: the test shows nothing");
    const asked = performance.now();
    assert.equal(await running.end("SIGTERM"), 0);
    assert.ok(performance.now() - asked < 2_000, `${Math.round(performance.now() - asked)} ms`);
    assert.deepEqual(leftOf("life"), []);
  });

  it("starts warm within 3 s, and on Ctrl-C stops as well", async () => {
    const began = performance.now();
    const running = hub("life");
    await ready(running);
    const took = performance.now() - began;
    assert.ok(took < 3_000, `${Math.round(took)} ms`);
    assert.equal(await running.end("SIGINT"), 0);
    assert.deepEqual(leftOf("life"), []);
  });

  it("is killed, and the next one takes over what is left and loses nothing", async () => {
    const first = hub("life");
    await ready(first);
    const key = async () => {
      const login = /#login=(\S+)/.exec(said(started.at(-1) ?? first).join("\n"))?.[1] ?? "";
      const session = await fetch(`${urlOf("life")}/api/v1/session`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token: login }),
      });
      assert.ok(session.ok, `${session.status} ${await session.text()}`);
      return session.headers.get("set-cookie")?.split(";")[0] ?? "";
    };
    const cookie = await key();
    await first.end("SIGKILL");
    const second = hub("life");
    await ready(second);
    // Who was logged in is logged in still.
    const session = await fetch(`${urlOf("life")}/api/v1/session`, { headers: { cookie } });
    assert.equal(session.status, 200, await session.text());
    assert.equal(await second.end("SIGTERM"), 0);
    assert.deepEqual(leftOf("life"), []);
  });

  it("is stopped while it starts, and leaves nothing", async () => {
    const running = hub("hasty");
    await running.line((line) => line.includes('"store.'));
    assert.equal(await running.end("SIGTERM"), 0);
    assert.deepEqual(leftOf("hasty"), []);
  });
});

describe("a start that can not be", () => {
  /** Ends by itself, not with 0, after one line that has what is to be done. */
  async function failsWith(running: Running, ...parts: RegExp[]): Promise<void> {
    const code = await running.ended;
    assert.notEqual(code, 0, running.output());
    const lines = said(running);
    assert.equal(lines.length, 1, running.output());
    for (const part of parts) assert.match(lines[0] ?? "", part);
  }

  it("for a port that is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = address !== null && typeof address === "object" ? String(address.port) : "";
    try {
      const running = hub("port", { SERVEREYE_HTTP_PORT: port });
      await failsWith(running, new RegExp(`Port ${port}`), /SERVEREYE_HTTP_PORT=/);
      assert.deepEqual(leftOf("port"), []);
    } finally {
      other.close();
    }
  });

  it("for a data folder in use, which goes on undisturbed", async () => {
    const first = hub("locked");
    await ready(first);
    await failsWith(hub("locked"), /locked/, new RegExp(String(first.pid)));
    assert.equal((await fetch(`${urlOf("locked")}/health`)).status, 200);
    assert.equal(await first.end("SIGTERM"), 0);
  });

  it("for wrong variables, all of them at once", async () => {
    const code = hub("wrong", {
      SERVEREYE_HTTP_PROT: "1",
      SERVEREYE_REGISTRATION: "opne",
      SERVEREYE_ADMINS: "@ann",
    });
    assert.notEqual(await code.ended, 0);
    const lines = said(code);
    assert.equal(lines.length, 3, code.output());
    assert.match(
      lines.join("\n"),
      /SERVEREYE_HTTP_PROT is not a name I know. Did you mean SERVEREYE_HTTP_PORT/,
    );
    assert.ok(!existsSync(join(folder, "wrong/postgres")));
  });

  describe("for a bot token", () => {
    let emulator: Awaited<ReturnType<typeof startTelegramEmulator>>;
    before(async () => {
      emulator = await startTelegramEmulator();
    });
    after(() => emulator.close());

    it("that Telegram does not know", async () => {
      const token = "7000000002:AAE-some-other-token-000000000000000";
      const running = hub("token", { TELEGRAM_BOT_TOKEN: token, TELEGRAM_API_ROOT: emulator.url });
      await failsWith(running, /TELEGRAM_BOT_TOKEN/, /@BotFather/);
      assert.ok(!running.output().includes(token));
      assert.deepEqual(leftOf("token"), []);
    });

    it("of no such form, without repeating it", async () => {
      const running = hub("form", { TELEGRAM_BOT_TOKEN: "secret-of-another-kind" });
      await failsWith(running, /TELEGRAM_BOT_TOKEN/);
      assert.ok(!running.output().includes("secret-of-another-kind"));
    });

    it("while Telegram is away it starts all the same, and says so", async () => {
      const dead = await startTelegramEmulator();
      await dead.close();
      const running = hub("away", { TELEGRAM_BOT_TOKEN: dead.token, TELEGRAM_API_ROOT: dead.url });
      await ready(running);
      await running.line((line) => line.includes("not reached yet"));
      const health = await fetch(`${urlOf("away")}/health`);
      assert.equal(health.status, 200);
      assert.match(await health.text(), /"status":"degraded"/);
      assert.equal(await running.end("SIGTERM"), 0);
      assert.ok(!running.output().includes(dead.token));
    });
  });
});
