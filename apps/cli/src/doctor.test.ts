/** The doctor's single judgements. */
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { folderFinding, healthFindings, nodeFinding, tokenFindings } from "./doctor.ts";
import { localeOf } from "./surroundings.ts";
import { agentEnvironment } from "./up/agent.ts";
import { waitAfter } from "./up/wait.ts";
import { VERSION } from "./version.ts";

test("what is wrong comes with what to do", () => {
  assert.equal(nodeFinding("24.1.0").good, true);
  assert.match(nodeFinding("20.19.0").advice ?? "", /Node 24/);
  assert.equal(tokenFindings({ TELEGRAM_BOT_TOKEN: "123456:AAAAAAAAAAAAAAAA" })[0]?.good, true);
  const [token] = tokenFindings({ TELEGRAM_BOT_TOKEN: "secret nonsense" });
  assert.equal(token?.good, false);
  assert.doesNotMatch(JSON.stringify(token), /secret nonsense/);
  const down = healthFindings(
    {
      status: "degraded",
      version: "1",
      uptime: 5,
      database: { status: "down", detail: "no answer" },
      broker: { status: "ok" },
      telegram: { status: "off" },
      agents: { connected: 0 },
    },
    "http://h",
    "1",
  ).filter(({ good }) => !good);
  assert.deepEqual(
    down.map(({ what }) => what),
    ["Database: down (no answer)", "No agent is connected"],
  );
});

test("a data folder that others may change is told", () => {
  const folder = mkdtempSync(join(tmpdir(), "servereye-doctor-"));
  try {
    assert.equal(folderFinding(folder).good, true);
    chmodSync(folder, 0o777);
    assert.match(folderFinding(folder).advice ?? "", /chmod go-w/);
    assert.equal(folderFinding(join(folder, "none")).good, true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the agent is given none of the hub's secrets, and patience that grows and ends", () => {
  const given = agentEnvironment(
    {
      PATH: "/bin",
      TELEGRAM_BOT_TOKEN: "s",
      DATABASE_URL: "s",
      SERVEREYE_ADMINS: "1",
      SERVEREYE_AGENT_ALLOW: "x",
    },
    "once",
  );
  assert.deepEqual(given, { PATH: "/bin", SERVEREYE_AGENT_ALLOW: "x", SERVEREYE_AGENT_ENROL: "once" });
  assert.equal(waitAfter(500, 10), 1_000);
  assert.equal(waitAfter(20_000, 10), 30_000);
  assert.equal(waitAfter(30_000, 60_000), 1_000);
});

test("the locale of a terminal", () => {
  assert.equal(localeOf({ LANG: "ru_RU.UTF-8" }), "ru-RU");
  assert.equal(localeOf({ LANG: "C.UTF-8" }), "en-GB");
  assert.equal(localeOf({ LC_ALL: "!!" }), "en-GB");
});

test("the version is the package's", () => {
  const manifest: unknown = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8"));
  assert.equal((manifest as { version: string }).version, VERSION);
});
