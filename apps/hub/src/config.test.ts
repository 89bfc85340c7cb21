/** Configuration: what is right is read, what is wrong is all said at once, and no value that may be secret is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { victoriaPlace } from "./adapters/history/victoria/place.ts";
import { ConfigFault, readConfig, secretsOf } from "./config.ts";

const faultsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigFault) return error.faults;
    throw error;
  }
  return [];
};

test("an empty environment is a whole configuration", () => {
  assert.deepEqual(readConfig({}), {
    dataDir: "./data",
    http: { host: "127.0.0.1", port: 8080 },
    publicUrl: undefined,
    admins: [],
    registration: "closed",
    logLevel: "info",
    localAgent: false,
    region: "",
    databaseUrl: undefined,
    auditDays: 400,
    history: { hotHours: 48, fullDays: 30, rollupDays: 730 },
    historyUrl: undefined,
    remoteWrite: undefined,
    database: {
      poolSize: 10,
      poolWaitMs: 3_000,
      statementMs: 5_000,
      caFile: undefined,
      replicaUrls: [],
    },
    redis: undefined,
    telegram: undefined,
  });
});

test("everything set is read, lists are split, addresses lose their last slash", () => {
  const config = readConfig({
    SERVEREYE_DATA_DIR: "/srv/eye",
    SERVEREYE_HTTP_HOST: "0.0.0.0",
    SERVEREYE_HTTP_PORT: "0",
    SERVEREYE_PUBLIC_URL: "https://eye.example/",
    SERVEREYE_ADMINS: "12, 34;56",
    SERVEREYE_REGISTRATION: "open",
    SERVEREYE_LOG_LEVEL: "debug",
    SERVEREYE_LOCAL_AGENT: "on",
    SERVEREYE_REGION: "eu-1",
    DATABASE_URL: "postgres://u:p@db/eye?sslmode=verify-full",
    DATABASE_POOL_SIZE: "20",
    DATABASE_POOL_WAIT_MS: "500",
    DATABASE_STATEMENT_TIMEOUT_MS: "30000",
    DATABASE_CA_FILE: "/etc/ca.pem",
    DATABASE_REPLICA_URLS: "postgres://u:q@r1/eye?sslmode=require, postgres://u:r@r2/eye?sslmode=verify-ca",
    TELEGRAM_BOT_TOKEN: "123456:abcdefghijklmnop",
    TELEGRAM_API_ROOT: "http://127.0.0.1:9/",
    TELEGRAM_WEBHOOK_URL: "https://eye.example/telegram/webhook",
    TELEGRAM_WEBHOOK_SECRET: "s3cret_-",
    SERVEREYE_AGENT_ALLOW: "x",
    UNRELATED: "1",
  });
  assert.equal(config.publicUrl, "https://eye.example");
  assert.deepEqual(config.admins, ["12", "34", "56"]);
  assert.equal(config.localAgent, true);
  assert.deepEqual(config.database, {
    poolSize: 20,
    poolWaitMs: 500,
    statementMs: 30_000,
    caFile: "/etc/ca.pem",
    replicaUrls: ["postgres://u:q@r1/eye?sslmode=require", "postgres://u:r@r2/eye?sslmode=verify-ca"],
  });
  for (const secret of ["p", "q", "r"]) assert.ok(secretsOf(config).includes(secret));
  assert.deepEqual(config.telegram, {
    token: "123456:abcdefghijklmnop",
    apiRoot: "http://127.0.0.1:9",
    webhook: { url: "https://eye.example/telegram/webhook", secret: "s3cret_-" },
  });
});

test("all faults are said at once, each naming its variable", () => {
  const faults = faultsOf({
    SERVEREYE_HTTP_PORT: "http",
    SERVEREYE_ADMINS: "@ann",
    SERVEREYE_REGISTRATION: "maybe",
    SERVEREYE_LOG_LEVEL: "loud",
    SERVEREYE_PUBLIC_URL: "eye.example",
    DATABASE_URL: "mysql://u:hunter2@db/x",
    TELEGRAM_BOT_TOKEN: "nonsense",
    SERVEREYE_HTP_PORT: "1",
    REDIS_URL: "redis://:hunter2@r/x",
    TELEGRAM_WEBHOOK_URL: "https://x/y",
    SERVEREYE_REGION: "a b",
  });
  for (const name of [
    "SERVEREYE_HTTP_PORT",
    "SERVEREYE_ADMINS",
    "SERVEREYE_REGISTRATION",
    "SERVEREYE_LOG_LEVEL",
    "SERVEREYE_PUBLIC_URL",
    "DATABASE_URL",
    "TELEGRAM_BOT_TOKEN",
    "SERVEREYE_HTP_PORT",
    "REDIS_URL",
    "TELEGRAM_WEBHOOK_URL",
    "SERVEREYE_REGION",
  ])
    assert.equal(
      faults.filter((line) => line.startsWith(name)).length,
      1,
      `${name} in ${faults.join(" | ")}`,
    );
  assert.ok(faults.some((line) => line.includes("Did you mean SERVEREYE_HTTP_PORT?")));
  assert.ok(!faults.join().includes("hunter2"), "a password in an address is not repeated");
  assert.ok(!faults.join().includes("nonsense"), "a token is not repeated");
});

test("a webhook secret without a token is a fault, an empty value is no value", () => {
  assert.equal(faultsOf({ TELEGRAM_WEBHOOK_SECRET: "abc" }).length, 1);
  assert.deepEqual(faultsOf({ SERVEREYE_ADMINS: " ", TELEGRAM_BOT_TOKEN: "" }), []);
});

test("what would leave a database open, too small or unused is said with its variable", () => {
  const lines = faultsOf({
    DATABASE_URL: "postgres://u:hunter2@db/eye",
    SERVEREYE_AUDIT_DAYS: "7",
    DATABASE_POOL_SIZE: "1",
    DATABASE_POOL_WAIT_MS: "soon",
    DATABASE_STATEMENT_TIMEOUT_MS: "0",
    DATABASE_REPLICA_URLS:
      "postgres://u:hunter2@r1/eye?sslmode=require,postgres://u:hunter2@r2/eye?sslmode=prefer",
  });
  for (const words of [
    /^DATABASE_URL leads to another machine and does not say whether to encrypt: add \?sslmode=verify-full/,
    /^SERVEREYE_AUDIT_DAYS is "7": use a number of days from 30, or 0 for ever/,
    /^DATABASE_POOL_SIZE is "1": use a number from 2 to 500\.$/,
    /^DATABASE_POOL_WAIT_MS is "soon": use a number/,
    /^DATABASE_STATEMENT_TIMEOUT_MS is "0": use a number/,
    /^DATABASE_REPLICA_URLS, address 2 of 2, has sslmode=prefer/,
  ])
    assert.equal(lines.filter((line) => words.test(line)).length, 1, `${words} in ${lines.join(" | ")}`);
  assert.equal(lines.length, 6);
  assert.ok(!lines.join().includes("hunter2"));
  assert.match(faultsOf({ DATABASE_POOL_SIZE: "5" }).join(), /needs DATABASE_URL/);
});

test("the Redis of other regions is read, and its password a secret too", () => {
  const urls = { REDIS_URL: "redis://:hunter2@r", REDIS_URL_US_EAST: "rediss://:swordfish@us" };
  const config = readConfig({ SERVEREYE_REGION: "eu", ...urls, REDIS_CA_FILE: "/etc/ca.pem" });
  assert.deepEqual(config.redis?.regions, [{ name: "us-east", url: urls.REDIS_URL_US_EAST }]);
  for (const secret of ["hunter2", "swordfish"]) assert.ok(secretsOf(config).includes(secret), secret);
  assert.match(faultsOf(urls).join(), /^REDIS_URL_US_EAST needs SERVEREYE_REGION/);
});

test("addresses of Redis are read in every form, and their passwords are secrets as written and as meant", () => {
  for (const url of [
    "redis://:p%40ss@r:1/2",
    "redis+sentinel://:p%40ss@a,b/eye",
    "rediss+cluster://:p%40ss@a,b",
  ]) {
    const config = readConfig({ REDIS_URL: url });
    assert.deepEqual(config.redis, { url, caFile: undefined, regions: [] });
    for (const secret of ["p%40ss", "p@ss"]) assert.ok(secretsOf(config).includes(secret), url);
  }
  const withCa = readConfig({ REDIS_URL: "rediss://r", REDIS_CA_FILE: "/etc/ca.pem" });
  assert.equal(withCa.redis?.caFile, "/etc/ca.pem");
  assert.match(faultsOf({ REDIS_URL: "redis://r", REDIS_CA_FILE: "/ca" }).join(), /^REDIS_CA_FILE needs/);
  const [line = "", ...more] = faultsOf({ REDIS_URL: "redis://:hunter2@a,b" });
  assert.deepEqual(more, []);
  assert.match(line, /^REDIS_URL .*redis\+cluster/);
  assert.ok(!line.includes("hunter2"));
});

test("history is kept as long as it is told to be, and roll-ups no shorter than what they are made of", () => {
  const kept = { SERVEREYE_HISTORY_HOT_HOURS: "72", SERVEREYE_HISTORY_FULL_DAYS: "90" };
  assert.deepEqual(readConfig(kept).history, { hotHours: 72, fullDays: 90, rollupDays: 730 });
  const faults = (env: Record<string, string>) => {
    try {
      return readConfig(env) && [];
    } catch (error) {
      assert.ok(error instanceof ConfigFault);
      return error.faults;
    }
  };
  assert.match(faults({ SERVEREYE_HISTORY_HOT_HOURS: "2" }).join(), /use a number from 26 to 720/);
  assert.match(
    faults({ ...kept, SERVEREYE_HISTORY_ROLLUP_DAYS: "60" }).join(),
    /use at least .*FULL_DAYS, 90/,
  );
});

test("history elsewhere: an address of each form, what goes with none, and never a password", () => {
  const cluster = "victoriametrics+https://ann:hunter%402@insert.example,select.example:8481/3:1";
  const remote = "https://bob:s%C3%A9same@metrics.example/api/v1/write";
  const config = readConfig({ SERVEREYE_HISTORY_URL: cluster, SERVEREYE_REMOTE_WRITE_URL: remote });
  assert.deepEqual([config.historyUrl, config.remoteWrite], [cluster, { url: remote, tokenFile: undefined }]);
  for (const secret of ["hunter%402", "hunter@2", "s%C3%A9same", "sésame"])
    assert.ok(secretsOf(config).includes(secret), secret);
  const { health, ...place } = victoriaPlace(cluster) ?? {};
  assert.deepEqual(place, {
    write: "https://insert.example/insert/3:1/prometheus",
    read: "https://select.example:8481/select/3:1/prometheus",
    user: "ann",
    password: "hunter@2",
  });
  assert.deepEqual(health, ["https://insert.example", "https://select.example:8481"]);
  assert.equal(victoriaPlace("victoriametrics://vm/deep/")?.read, "http://vm:8428/deep");
  assert.equal(victoriaPlace("victoriametrics://[::1]:9")?.write, "http://[::1]:9");
  const lines = faultsOf({
    SERVEREYE_HISTORY_URL: "http://ann:hunter2@vm:8428",
    SERVEREYE_HISTORY_FULL_DAYS: "60",
    SERVEREYE_REMOTE_WRITE_URL: "ftp://ann:hunter2@vm",
  });
  assert.deepEqual(
    lines.map((line) => line.split(" ")[0]),
    ["SERVEREYE_HISTORY_URL", "SERVEREYE_HISTORY_FULL_DAYS", "SERVEREYE_REMOTE_WRITE_URL"],
  );
  assert.doesNotMatch(lines.join(), /hunter2/);
  for (const url of [
    "victoriametrics://",
    "victoriametrics://a,b,c",
    "victoriametrics://a,b/c",
    "victoriametrics://a?x",
  ])
    assert.equal(faultsOf({ SERVEREYE_HISTORY_URL: url }).length, 1, url);
  assert.match(
    faultsOf({ SERVEREYE_REMOTE_WRITE_TOKEN_FILE: "/t" }).join(),
    /needs SERVEREYE_REMOTE_WRITE_URL/,
  );
  const both = { SERVEREYE_REMOTE_WRITE_URL: remote, SERVEREYE_REMOTE_WRITE_TOKEN_FILE: "/t" };
  assert.match(faultsOf(both).join(), /use one of both/);
});
