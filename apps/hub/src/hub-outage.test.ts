/** A hub whose database goes away and comes back: said as 503, mended by itself, and told to people in words. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { turnedClock } from "../../../test/system/hubs.ts";
import { startEmbeddedPostgres } from "./adapters/store/embedded/start.ts";
import { readConfig } from "./config.ts";
import { startHub } from "./hub.ts";

test("the database goes and comes back", { timeout: 60_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "out-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const engine = { dataDir: join(folder, "db"), log: () => undefined };
  let postgres = await startEmbeddedPostgres(engine);
  t.after(() => postgres.stop());
  const { host, user, database } = postgres.connection;
  const clock = turnedClock();
  const hub = await startHub({
    config: readConfig({
      SERVEREYE_DATA_DIR: join(folder, "data"),
      SERVEREYE_HTTP_PORT: "0",
      DATABASE_URL: `postgres://${user}:a-password@x/${database}?host=${encodeURIComponent(host)}&port=${postgres.connection.port}`,
    }),
    logToFile: true,
    clock,
  });
  t.after(() => hub.stop());
  await hub.ready;
  const { consoleToken } = JSON.parse(readFileSync(join(folder, "data/run/hub.json"), "utf8"));
  const health = async () => {
    clock.advance(1_001);
    return fetch(`${hub.url}/health`);
  };
  assert.equal((await health()).status, 200);

  await postgres.stop();
  const down = await health();
  assert.equal(down.status, 503);
  assert.doesNotMatch(await down.text(), new RegExp(`${host}|ECONN|ENOENT`));
  assert.equal((await fetch(`${hub.url}/ready`)).status, 503);
  const login = await fetch(`${hub.url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token: "any-token-at-all" }),
  });
  assert.equal(login.status, 503);
  assert.match(await login.text(), /STORE_UNAVAILABLE.*try again in a moment/);
  const headers = { authorization: `Bearer ${consoleToken}`, "content-type": "application/json" };
  const write = () =>
    fetch(`${hub.url}/api/v1/chat/messages`, {
      method: "POST",
      headers: { ...headers, prefer: "wait" },
      body: JSON.stringify({ text: "/servers" }),
    });
  const told = async (): Promise<string> => {
    const stream = await fetch(`${hub.url}/api/v1/chat/events`, { headers });
    let text = "";
    for await (const part of stream.body ?? []) {
      text += Buffer.from(part).toString();
      if (text.includes("event: kept")) break;
    }
    return text;
  };
  await write();
  assert.match(await told(), /database can not be reached right now/);

  postgres = await startEmbeddedPostgres(engine);
  assert.equal((await health()).status, 200);
  await write();
  assert.match(await told(), /You have no servers yet/);
  await hub.stop();
  assert.doesNotMatch(readFileSync(hub.logFile ?? "", "utf8"), /a-password/);
});
