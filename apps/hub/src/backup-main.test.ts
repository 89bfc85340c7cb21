/** The two commands as processes: what they say, how they end, and what a kill leaves behind. */
import assert from "node:assert/strict";
import type { SpawnOptions } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Address, createDatabase, run as query } from "../../../test/engines/databases.ts";
import { type Postgres15, startPostgres15 } from "../../../test/engines/postgres15.ts";
import { needs } from "../../../test/engines.ts";
import { run } from "../../../test/system/process.ts";
import { aFolder, contents, fill } from "./adapters/store/backup/world.test-code.ts";
import { openOn } from "./adapters/store/contract/fresh.test-suite.ts";
import { until } from "./adapters/store/embedded/hub-like.fixture.ts";
import { startEmbeddedPostgres } from "./adapters/store/embedded/start.ts";

const CLI = join(import.meta.dirname, "../../cli/src/main.ts");
const log = () => undefined;

/** Starts `servereye ...` in `cwd` with nothing of this machine's settings. */
function servereye(
  cwd: string,
  args: readonly string[],
  env: Record<string, string> = {},
  options: SpawnOptions = {},
) {
  const clean = { PATH: process.env.PATH, HOME: cwd, ...env };
  return run(process.execPath, [CLI, ...args], { cwd, env: clean, ...options });
}

async function said(
  ...start: Parameters<typeof servereye>
): Promise<{ code: number | string; text: string }> {
  const running = servereye(...start);
  return { code: await running.ended, text: running.output() };
}

/** One line, not a stack. */
function isOneLine(text: string, pattern: RegExp): void {
  assert.match(text, pattern);
  assert.equal(text.trimEnd().split("\n").length, 1, text);
}

describe("backup and restore of a data folder", () => {
  const folder = aFolder();
  const here = folder.path(".");
  after(() => folder.remove());

  test("work beside a hub, without one, and on a machine that never had one", async () => {
    const postgres = await startEmbeddedPostgres({ dataDir: folder.path("data"), log });
    let was: Record<string, string[]>;
    try {
      await fill(postgres.connection);
      was = await contents(postgres.connection);
      const beside = await said(here, ["backup", "beside"]);
      assert.equal(beside.code, 0, beside.text);
      assert.match(beside.text, /^Wrote beside: \d+ rows, 6 servers, 3 persons\.\nIt holds secrets/);
      assert.equal(statSync(folder.path("beside")).mode & 0o777, 0o600);

      const locked = await said(here, ["restore", "beside"]);
      assert.equal(locked.code, 1);
      isOneLine(
        locked.text,
        new RegExp(`^A hub \\(process ${process.pid}\\) runs on the data folder .* Stop it`),
      );
    } finally {
      await postgres.stop();
    }

    const kept = readFileSync(folder.path("beside"));
    const again = await said(here, ["backup", "beside"]);
    assert.equal(again.code, 1);
    isOneLine(again.text, /^beside is there already.*--force/);
    assert.deepEqual(readFileSync(folder.path("beside")), kept);

    const alone = await said(here, ["backup"]);
    assert.equal(alone.code, 0, alone.text);
    const name = /^Wrote (servereye-\d{4}-\d\d-\d\dT\d{6}Z\.backup): /m.exec(alone.text)?.[1];
    assert.ok(name !== undefined && existsSync(folder.path(name)), alone.text);
    assert.ok(
      !existsSync(folder.path("data/postgres/postmaster.pid")),
      "the private PostgreSQL was left running",
    );

    const restored = await said(here, ["restore", name], { SERVEREYE_DATA_DIR: "other" });
    assert.equal(restored.code, 0, restored.text);
    assert.match(restored.text, /Restored servereye-.*\nStart the hub now\./);
    const other = await startEmbeddedPostgres({ dataDir: folder.path("other"), log });
    try {
      assert.deepEqual(await contents(other.connection), was);
    } finally {
      await other.stop();
    }
    const full = await said(here, ["restore", name], { SERVEREYE_DATA_DIR: "other" });
    assert.equal(full.code, 1);
    isOneLine(full.text, /^The store is not empty \(persons: 3, servers: 6, .*--replace/);
    const unasked = await said(here, ["restore", name, "--replace"], { SERVEREYE_DATA_DIR: "other" });
    assert.equal(unasked.code, 1);
    isOneLine(unasked.text, /add --yes/);
    assert.equal(
      (await said(here, ["restore", name, "--replace", "--yes"], { SERVEREYE_DATA_DIR: "other" })).code,
      0,
    );
    assert.deepEqual(
      readdirSync(here).filter((one) => one.endsWith(".part")),
      [],
    );
  });

  test("say in one line what is wrong", async () => {
    const full = openSync("/dev/full", "w");
    writeFileSync(folder.path("text"), "hello");
    const nowhere = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" };
    const none = { SERVEREYE_DATA_DIR: "none" };
    const outcomes = await Promise.all([
      said(here, ["backup", "-"], {}, { stdio: ["ignore", full, "pipe"] }),
      said(here, ["backup", "none/x"]),
      said(here, ["backup", "."]),
      said(here, ["backup", "x"], none),
      said(here, ["restore", "missing"]),
      said(here, ["restore", "text"], none),
      said(here, ["restore", "."], none),
      said(here, ["backup", "x"], nowhere),
      said(here, ["backup", "x"], { DATABASE_URL: "mysql://x" }),
    ]);
    closeSync(full);
    const patterns = [
      /^The disk is full/,
      /^There is no .*none/,
      /^\. is no file/,
      /^There is nothing to back up in the data folder .*none/,
      /^There is no .*missing/,
      /^The file is not a backup/,
      /^A folder was named/,
      /^The database can not be reached: .*DATABASE_URL/,
      /^DATABASE_URL is not an address/,
    ];
    for (const [at, { code, text }] of outcomes.entries()) {
      assert.equal(code, 1, text);
      isOneLine(text, patterns[at] ?? /never/);
    }
    assert.ok(!existsSync(folder.path("none")) && !existsSync(folder.path("x")));
    const unknown = await said(here, ["backup", "--frce"]);
    assert.equal(unknown.code, 2);
    assert.match(unknown.text, /--frce[\s\S]*Usage: servereye backup/);
  });
});

describe("a kill", needs("postgres15"), () => {
  const folder = aFolder();
  const here = folder.path(".");
  let postgres: Postgres15;
  let source: Address;
  let settings: Record<string, string>;
  before(async () => {
    postgres = await startPostgres15();
    source = await createDatabase(postgres.connection);
    await (await openOn(source)).close();
    await query(
      source,
      `insert into audit (at, person_id, "from", what, result, detail)
        select n, gen_random_uuid(), 'telegram:1', 'server.add', 'done', '{"how":"token"}' from generate_series(1, 100000) as n`,
    );
    settings = { DATABASE_URL: addressOf(source) };
  });
  after(async () => {
    await postgres?.stop();
    folder.remove();
  });
  const parts = () => readdirSync(here).filter((name) => name.endsWith(".part"));
  const addressOf = ({ host, port, user, database }: Address) =>
    `postgres://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;

  test("in the middle of a backup leaves nothing under its name", async () => {
    const killed = servereye(here, ["backup", "killed"], settings);
    await until(() => parts().length > 0);
    assert.equal(await killed.end("SIGKILL"), "SIGKILL");
    assert.ok(!existsSync(folder.path("killed")));
    assert.equal(parts().length, 1);
    assert.equal(statSync(folder.path(parts()[0] ?? "")).mode & 0o777, 0o600);

    const stopped = servereye(here, ["backup", "stopped"], settings);
    await until(() => parts().length > 1);
    assert.equal(await stopped.end("SIGINT"), 130, stopped.output());
    isOneLine(stopped.output(), /^Stopped\./);
    assert.ok(!existsSync(folder.path("stopped")));
    assert.equal(parts().length, 1);
  });

  test("in the middle of a restore leaves the store as it was", async () => {
    const written = await said(here, ["backup", "large"], settings);
    assert.equal(written.code, 0, written.text);
    const target = await createDatabase(postgres.connection);
    await (await openOn(target)).close();
    await fill(target);
    const was = await contents(target);
    const busy = (pattern: string) =>
      query(
        postgres.connection,
        `select 1 from pg_stat_activity where datname = $1 and application_name = 'servereye' and query like $2`,
        [target.database, pattern],
      );
    for (const signal of ["SIGKILL", "SIGINT"] as const) {
      const restoring = servereye(here, ["restore", "large", "--replace", "--yes"], {
        DATABASE_URL: addressOf(target),
      });
      while ((await busy('insert into "audit"%')).length === 0)
        assert.equal(restoring.child.exitCode, null, restoring.output());
      const end = await restoring.end(signal);
      assert.equal(end, signal === "SIGKILL" ? signal : 130, restoring.output());
      while ((await busy("%")).length > 0);
      assert.deepEqual(await contents(target), was);
    }
  });
});
