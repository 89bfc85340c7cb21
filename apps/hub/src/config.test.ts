/** Configuration: what is right is read, what is wrong is all said at once, and no value that may be secret is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigFault, readConfig } from "./config.ts";

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
    DATABASE_URL: "postgres://u:p@db/eye",
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
    REDIS_URL: "redis://r",
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
