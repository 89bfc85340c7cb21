/** The small parts of a hub: how it is, what it throws away, why it did not start, how it greets, who is there at first. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Fault, fromBase64Url } from "@servereye/contract";
import { type FreshStores, freshStores } from "./adapters/store/contract/fresh.test-suite.ts";
import { chance, standingClock } from "./adapters/store/contract/world.test-suite.ts";
import { StoreStartFault } from "./adapters/store/embedded/fault.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./adapters/store/embedded/start.ts";
import { ConfigFault, readConfig, secretsOf } from "./config.ts";
import { keptLog, turnedClock } from "./core/fleet/doubles.test-code.ts";
import type { Store } from "./core/ports/store.ts";
import { greeting } from "./greeting.ts";
import { createHealth } from "./health.ts";
import { brokerKey, hubKeyPair } from "./identity.ts";
import { adminsOnTelegram, appointAdmins, ownerOf, setupSecret } from "./persons.ts";
import { startFault } from "./start-fault.ts";
import { startSweeping } from "./sweep.ts";

const dataDir = mkdtempSync(join(tmpdir(), "parts-"));
let postgres: EmbeddedPostgres;
let stores: FreshStores;
before(async () => {
  postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  stores = await freshStores(postgres.connection);
});
after(async () => {
  await postgres.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function withStore(run: (store: Store) => Promise<void>): Promise<void> {
  const { store, close } = await (await stores.opener())();
  try {
    await run(store);
  } finally {
    await close();
  }
}
const settle = async () => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
};

test("health asks the store once a second however often it is asked, and tells strangers no reason", async () => {
  const clock = turnedClock();
  const log = keptLog();
  let checks = 0;
  let fault: Error | undefined;
  let waiting: string | undefined = "start";
  const { health } = createHealth({
    log,
    version: "1",
    startedAt: clock.now(),
    clock,
    store: {
      check: async () => {
        checks++;
        if (fault) throw fault;
      },
    },
    broker: { check: async () => undefined },
    telegram: () => ({ status: "off" }),
    agents: () => 2,
    waitingFor: () => waiting,
  });
  assert.equal((await health()).status, "starting");
  waiting = undefined;
  await Promise.all(Array.from({ length: 50 }, health));
  assert.equal(checks, 1);
  clock.turn(1_001);
  fault = new Fault("STORE_UNAVAILABLE", "connect ECONNREFUSED 10.1.2.3:5432");
  const down = await health();
  assert.deepEqual([down.status, down.database.status, down.uptime], ["degraded", "down", 1]);
  assert.ok(!JSON.stringify(down).includes("10.1.2.3"));
  clock.turn(1_001);
  await health();
  fault = undefined;
  clock.turn(1_001);
  assert.equal((await health()).status, "ok");
  assert.deepEqual(
    log.events.map(({ event }) => event),
    ["health.down", "health.up"],
    "each change is one line",
  );
});

test("sweeping is tried again after a failure, and leaves no timer when it is ended in the middle", async () => {
  const clock = turnedClock();
  const log = keptLog();
  let fails = true;
  const sweeping = Promise.withResolvers<number>();
  const swept: number[] = [];
  const trimmed: number[] = [];
  const store = {
    buttons: {
      sweep: async (now: number) => {
        swept.push(now);
        if (fails) throw new Fault("STORE_UNAVAILABLE", "away");
        return sweeping.promise;
      },
    },
    inbox: { sweep: async () => undefined },
    wizards: { sweep: async () => 0 },
    episodes: { sweep: async () => 0 },
    audit: { trim: async (before: number) => trimmed.push(before) },
  };
  const end = startSweeping(store as unknown as Store, clock, log, { auditDays: 400, also: () => undefined });
  clock.turn(60_000);
  await settle();
  assert.deepEqual(
    log.events.map(({ event }) => event),
    ["store.sweep_failed"],
  );
  fails = false;
  clock.turn(3_600_000);
  end();
  sweeping.resolve(3);
  await settle();
  assert.equal(swept.length, 2);
  assert.equal(swept[1], clock.now() - 24 * 3_600_000, "a day of grace");
  assert.deepEqual(trimmed, [clock.now() - 400 * 24 * 3_600_000]);
  assert.equal(clock.armed(), 0);
});

test("each reason for not starting is one clear line, and none has a secret in it", () => {
  const system = (code: string, more: object) => Object.assign(new Error(code), { code, ...more });
  for (const [error, line] of [
    [new ConfigFault(["A is wrong.", "B is wrong."]), /^A is wrong\.\nB is wrong\.$/],
    [new StoreStartFault("The data folder is in use."), /in use/],
    [system("EADDRINUSE", { port: 8080, address: "127.0.0.1" }), /^Port 8080 .* SERVEREYE_HTTP_PORT=8081$/],
    [system("EACCES", { port: 80 }), /^Port 80 may not be opened .*=8080$/],
    [system("EADDRNOTAVAIL", { address: "10.9.9.9" }), /no address 10\.9\.9\.9/],
    [
      new Fault("STORE_UNAVAILABLE", "the store is not available: password authentication failed"),
      /^The database can not be reached: password authentication failed\. Check DATABASE_URL/,
    ],
    ["odd", /could not start: odd/],
  ] as const)
    assert.match(startFault(error), line);
  const leaky = new Error(
    "getMe https://t.example/bot123456:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQ postgres://u:hunter2@db",
  );
  assert.doesNotMatch(startFault(leaky), /AAbb|hunter2/);
});

test("what of a configuration is secret is known, as it is typed and as it is meant", () => {
  const config = readConfig({
    DATABASE_URL: "postgres://eye:p%40ss-word@db/eye?sslmode=verify-full",
    TELEGRAM_BOT_TOKEN: "123456:ABCdefGHIjklMNO",
    TELEGRAM_WEBHOOK_URL: "https://eye.example/hook",
    TELEGRAM_WEBHOOK_SECRET: "hush-hush",
  });
  const secrets = secretsOf(config);
  for (const secret of ["p%40ss-word", "p@ss-word", "123456:ABCdefGHIjklMNO", "hush-hush"])
    assert.ok(secrets.includes(secret), secret);
});

test("the greeting tells the page, the terminal, Telegram as it is, and the warning", () => {
  const said = (env: Record<string, string>, telegram: Parameters<typeof greeting>[0]["telegram"]) =>
    greeting({ loginLink: "http://x/#login=t", telegram, logFile: undefined }, readConfig(env), {
      tookMs: 1_234,
      warning: "⚠ .env",
    }).join("\n");
  assert.match(
    said({}, undefined),
    /is ready \(1\.2 s\)[\s\S]*http:\/\/x\/#login=t[\s\S]*Telegram +off[\s\S]*⚠ \.env/,
  );
  const token = { TELEGRAM_BOT_TOKEN: "123456:ABCdefGHIjklMNO" };
  assert.match(said(token, undefined), /not reached yet/);
  assert.doesNotMatch(said(token, undefined), /ABCdef/);
  const bot = { link: "https://t.me/b", setupLink: "https://t.me/b?start=setup_x" };
  assert.match(said(token, bot), /Telegram +https:\/\/t\.me\/b\n +?Setup +https:\/\/t\.me\/b\?start=setup_x/);
  assert.doesNotMatch(said(token, { ...bot, setupLink: undefined }), /Setup/);
});

test("the hub's key is made once, also by two that start together; a damaged one is said", () =>
  withStore(async (store) => {
    const keys = await Promise.all([1, 2, 3].map(() => hubKeyPair(store.settings)));
    const texts = keys.map(({ publicKey }) => Buffer.from(publicKey).toString("hex"));
    assert.equal(new Set(texts).size, 1);
    const seed = fromBase64Url((await store.settings.get("hub.seed")) ?? "");
    assert.equal(seed?.length, 32);
    const sealing = await Promise.all([1, 2].map(() => brokerKey(store.settings)));
    assert.deepEqual(sealing[0], sealing[1]);
    assert.equal(sealing[0]?.length, 32);
    assert.notDeepEqual(sealing[0], seed);
    await store.settings.set("hub.seed", "short");
    await assert.rejects(hubKeyPair(store.settings), /damaged: restore it from a backup/);
  }));

test("the first admin named is the person of the page, others are persons of their own; starting again changes nothing", () =>
  withStore(async (store) => {
    const owner = await ownerOf(store);
    for (let start = 0; start < 2; start++) {
      assert.equal((await ownerOf(store)).id, owner.id);
      await appointAdmins(store, owner, ["11", "22"]);
    }
    assert.deepEqual((await adminsOnTelegram(store)).sort(), ["11", "22"]);
    assert.equal((await store.people.byAccount({ channel: "telegram", externalId: "11" }))?.id, owner.id);
    assert.notEqual((await store.people.byAccount({ channel: "telegram", externalId: "22" }))?.id, owner.id);
    assert.equal((await store.figures()).persons, 2);
    const known = await store.people.admit(
      { channel: "telegram", externalId: "33" },
      { name: "C", admin: false },
    );
    await appointAdmins(store, owner, ["33"]);
    // 22 is named no more and is no admin; 11 is the person who runs this hub and stays one.
    assert.deepEqual((await adminsOnTelegram(store)).sort(), ["11", "33"]);
    await appointAdmins(store, owner, ["33", "22"]);
    assert.deepEqual((await adminsOnTelegram(store)).sort(), ["11", "22", "33"]);
    assert.equal(
      (await store.people.admins()).some(({ id }) => id === known.id),
      true,
    );
  }));

test("a setup link is there until an admin is on Telegram, and a new one makes the old worthless", () =>
  withStore(async (store) => {
    const clock = standingClock();
    const owner = await ownerOf(store);
    const first = await setupSecret(store, clock, chance);
    const second = await setupSecret(store, clock, chance);
    assert.ok(first !== undefined && second !== undefined);
    assert.equal(await store.tickets.redeem("setup", first, clock.now()), undefined);
    assert.equal((await store.tickets.redeem("setup", second, clock.now()))?.kind, "setup");
    const third = (await setupSecret(store, clock, chance)) ?? "";
    await appointAdmins(store, owner, ["11"]);
    assert.equal(await setupSecret(store, clock, chance), undefined);
    assert.equal(await store.tickets.redeem("setup", third, clock.now()), undefined, "no old link is left");
  }));
