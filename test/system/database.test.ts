/** A PostgreSQL of one's own that hangs, dies and comes back under a living hub; and one that is newer than the hub. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { Health } from "@servereye/contract";
import { createDatabase, run as sql } from "../engines/databases.ts";
import { type Postgres15, startPostgres15 } from "../engines/postgres15.ts";
import { needs } from "../engines.ts";
import type { Actor } from "../telegram/actor.ts";
import type { Agent } from "./agents.ts";
import { PATIENCE_MS, run } from "./process.ts";
import { addServer, ask, labels, openSystem, press, type System, tap } from "./system.ts";

/** An answer is to be there within a second; this leaves room for a machine that is busy with other tests, ms. */
const SOON_MS = 3_000;
const AWAY = /database can not be reached/;

/** Live children of a process. */
function childrenOf(parent: number): number[] {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const [, ppid] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
      return Number(ppid) === parent ? [Number(pid)] : [];
    } catch {
      // It ended while being looked at.
      return [];
    }
  });
}

describe("a PostgreSQL of one's own", needs("postgres15", "procfs"), () => {
  let postgres: Postgres15;
  let system: System;
  let ann: Actor;
  let agent: Agent;

  before(async () => {
    postgres = await startPostgres15();
    const { host, port, user, database } = await createDatabase(postgres.connection);
    system = await openSystem({
      env: {
        DATABASE_URL: `postgres://${user}@x/${database}?host=${encodeURIComponent(host)}&port=${port}`,
        SERVEREYE_ADMINS: "1",
      },
    });
    ann = system.emulator.control.person({ id: 1, firstName: "Ann" });
    agent = await addServer(system, ann, "web-1");
  });
  after(async () => {
    await system?.close();
    await postgres?.stop();
  });

  async function health(): Promise<{ status: number; body: Health }> {
    system.clock.advance(1_001);
    const response = await fetch(`${system.hub.url}/health`);
    return { status: response.status, body: Health.parse(await response.json()) };
  }

  /** Asks and looks how long the answer took. */
  async function soon(t: TestContext, what: string, text: string): Promise<string> {
    const began = performance.now();
    const answer = await ask(ann, text);
    const took = performance.now() - began;
    t.diagnostic(`${what}: ${Math.round(took)} ms`);
    assert.ok(took < SOON_MS, `${what} took ${took} ms`);
    assert.ok(!/database is away/.test(answer.text) || labels(answer).length === 0);
    return answer.text;
  }

  /** Everything that has to go on, and everything that must not, while the database is away. */
  async function degraded(t: TestContext, how: string): Promise<void> {
    const reading = /Round trip[\s\S]*My database is away: readings only/;
    assert.match(await soon(t, `${how}, first reading`, "/ping 1"), reading);
    assert.match(await soon(t, `${how}, second reading`, "/ping"), reading);
    assert.match(await soon(t, `${how}, a change`, "/rename_server 1 other"), AWAY);
    const began = performance.now();
    const down = await health();
    assert.equal(down.status, 503);
    assert.equal(down.body.database.status, "down");
    assert.ok(performance.now() - began < SOON_MS);
  }

  /** Asks for a change until the database is back; it is never asked to start the hub again. */
  async function recovered(name: string): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    for (let answer = ""; !answer.includes(name); ) {
      answer = (await ask(ann, `/rename_server 1 ${name}`)).text;
      assert.ok(Date.now() < end, `never back: ${answer}`);
    }
    assert.equal((await health()).status, 200);
    const shown = await ask(ann, "/ping");
    assert.match(shown.text, new RegExp(`${name}[\\s\\S]*Round trip`));
    assert.deepEqual(labels(shown), ["🔄 Refresh"]);
    await press(ann, "🔄 Refresh");
  }

  it("that hangs keeps no reading away, changes nothing, and is used again when it answers", async (t) => {
    const shown = await ask(ann, "/ping");
    assert.ok(postgres.pid);
    // The postmaster first, so that it makes no more of them.
    process.kill(postgres.pid, "SIGSTOP");
    const stopped = [postgres.pid, ...childrenOf(postgres.pid)];
    for (const pid of stopped.slice(1)) process.kill(pid, "SIGSTOP");
    assert.ok(stopped.length > 2, "no process of a connection was found");
    try {
      await degraded(t, "hanging");
      const notice = await tap(ann, "🔄 Refresh", { messageId: shown.messageId });
      assert.match(notice.text ?? "", AWAY);
    } finally {
      for (const pid of stopped) process.kill(pid, "SIGCONT");
    }
    await recovered("web-2");
  });

  it("that is killed lets its agents come back all the same, and loses nothing that was told", async (t) => {
    await postgres.kill();
    await degraded(t, "killed");
    await agent.process.end("SIGKILL");
    agent = agent.again();
    await agent.connected();
    assert.match(await soon(t, "killed, after the agent came back", "/ping"), /Round trip/);
    await postgres.start();
    await recovered("web-3");
    const [row] = await sql(
      { ...postgres.connection, database: new URL(system.env.DATABASE_URL ?? "").pathname.slice(1) },
      `select count(*)::int as renames from audit where what = 'server.rename' and result = 'done'`,
    );
    assert.equal(row?.renames, 2, "what was told as not done was not done later either");
  });

  it("whose schema is newer than the hub is refused in one line", async () => {
    const { host, port, user, database } = await createDatabase(postgres.connection);
    const address = { host, port, user, database };
    await sql(
      address,
      "create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null)",
    );
    await sql(address, "insert into kysely_migration values ('9999-future', '2030-01-01T00:00:00.000Z')");
    const cli = join(import.meta.dirname, "../../apps/cli/src/main.ts");
    const running = run(process.execPath, [cli, "hub"], {
      cwd: system.folder,
      env: {
        PATH: process.env.PATH,
        SERVEREYE_DATA_DIR: join(system.folder, "newer"),
        SERVEREYE_HTTP_PORT: "0",
        DATABASE_URL: `postgres://${user}@x/${database}?host=${encodeURIComponent(host)}&port=${port}`,
      },
    });
    assert.equal(await running.ended, 1);
    const lines = running
      .output()
      .split("\n")
      .filter((line) => line !== "");
    assert.match(lines.join("\n"), /^.*\(9999-future\) is newer than this version of ServerEye knows.*$/);
  });
});
