/** A hub whose Redis is not there at its start, comes, dies and comes again: said as 503, and mended by itself. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startRedis } from "../../../test/engines/redis.ts";
import { needs } from "../../../test/engines.ts";
import { hubBroker } from "./broker.ts";
import { createCleanup } from "./cleanup.ts";
import { systemClock } from "./clock.ts";
import { ConfigFault, readConfig } from "./config.ts";
import { keptLog, readMetrics } from "./core/fleet/doubles.test-code.ts";
import type { Settings } from "./core/ports/store.ts";
import { startHub } from "./hub.ts";

const PASSWORD = "a password / of its own";

test("Redis comes, goes and comes again", { ...needs("redis"), timeout: 60_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "hub-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const redis = await startRedis({ password: PASSWORD });
  t.after(() => redis.stop());
  await redis.kill();
  const config = readConfig({
    SERVEREYE_DATA_DIR: join(folder, "data"),
    SERVEREYE_HTTP_PORT: "0",
    REDIS_URL: redis.url,
  });
  const hub = await startHub({ config, logToFile: true });
  t.after(() => hub.stop());
  await hub.ready;
  /** What /health says when its status is this one; asked again until then, within the test's time. */
  const until = async (status: number): Promise<string> => {
    for (;;) {
      const answer = await fetch(`${hub.url}/health`);
      const text = await answer.text();
      if (answer.status === status) return text;
    }
  };
  for (let round = 0; round < 2; round++) {
    const down = await until(503);
    assert.match(down, /"status":"degraded".*"broker":\{"status":"down"/);
    assert.doesNotMatch(down, new RegExp(`127\\.0\\.0\\.1|${redis.port}|ECONN`));
    await redis.start();
    assert.match(await until(200), /"broker":\{"status":"ok"\}/);
    if (round === 0) await redis.kill();
  }
  await hub.stop();
  const log = readFileSync(hub.logFile ?? "", "utf8");
  assert.equal(log.match(/"broker.away"/g)?.length, 2);
  assert.equal(log.match(/"broker.restored"/g)?.length, 2);
  assert.ok(!log.includes(PASSWORD) && !log.includes(encodeURIComponent(PASSWORD)));
});

test("certificates that can not be read are said before anything is connected", async () => {
  const { settings } = settingsOnly();
  const config = readConfig({ REDIS_URL: "rediss://:hunter2@localhost:1", REDIS_CA_FILE: "/no/such.pem" });
  const clock = systemClock;
  await assert.rejects(
    hubBroker({ config, settings, clock, log: keptLog(), metrics: readMetrics(), cleanup: createCleanup() }),
    (error) =>
      error instanceof ConfigFault &&
      /^REDIS_CA_FILE .*ENOENT/.test(error.message) &&
      !/hunter2/.test(error.message),
  );
});

function settingsOnly(): { settings: Settings } {
  const kept = new Map<string, string>();
  const settings: Settings = {
    get: async (key) => kept.get(key),
    set: async (key, value) => void kept.set(key, value),
    async setOnce(key, value) {
      if (!kept.has(key)) kept.set(key, value);
      return kept.get(key) ?? value;
    },
  };
  return { settings };
}
