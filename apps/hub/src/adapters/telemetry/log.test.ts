/** Logs: no secret passes, in whatever it is wrapped; and what is written is one JSON line an event. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { openLog, redact, redactText } from "./log.ts";

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdefABCDEF"), minLength: length, maxLength: length });
const base64url = (min: number, max: number) =>
  fc.string({
    unit: fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
    minLength: min,
    maxLength: max,
  });
/** A secret and how it stands in a text. The core is what must not be read. */
const secret = fc.oneof(
  hex(64).map((core) => ({ core, shown: `srv_${core}` })),
  hex(32).map((core) => ({ core, shown: `SRV_${core}` })),
  fc
    .tuple(
      fc.integer({ min: 10_000, max: 9_999_999_999 }),
      base64url(30, 40),
      fc.constantFrom(":", "%3A", "%3a"),
    )
    .map(([id, core, colon]) => ({ core, shown: `${id}${colon}${core}` })),
  fc
    .tuple(fc.constantFrom("setup", "inv", "enrol", "login"), base64url(24, 43))
    .map(([kind, core]) => ({ core, shown: `${kind}_${core}` })),
  base64url(24, 43).map((core) => ({ core, shown: `/#login=${core}` })),
  base64url(24, 43).map((core) => ({ core, shown: `--enrol ${core}` })),
  base64url(32, 43).map((core) => ({ core, shown: `cookie: servereye=${core}` })),
  base64url(32, 43).map((core) => ({ core, shown: `Authorization: Bearer ${core}` })),
  base64url(32, 43).map((core) => ({ core, shown: JSON.stringify({ consoleToken: core }) })),
  base64url(16, 30).map((core) => ({ core, shown: `SERVEREYE_AGENT_ENROL='${core}'` })),
  fc
    .tuple(base64url(8, 30), fc.constantFrom("", "@", "/", "p@s:s/", "%40"))
    .map(([core, odd]) => ({ core, shown: `postgres://eye:${odd}${core}@db.example:5432/eye` })),
  base64url(8, 30).map((core) => ({ core, shown: `postgresql://db/eye?user=a&password=${core}` })),
);
const around = fc.constantFrom(
  "",
  " ",
  "bot",
  "/bot",
  "https://api.telegram.org/bot",
  "x=",
  '"',
  "é ",
  "\n",
  "(",
);

function wrap(text: string, way: number): unknown {
  const caused = new Error("outer", { cause: new Error("middle", { cause: new Error(text) }) });
  return [
    text,
    { a: { b: text } },
    [[text]],
    { [text]: 1 },
    new Error(text),
    caused,
    { error: new Error(text) },
    JSON.stringify({ deep: JSON.stringify({ text }) }),
    { a: { b: { c: { d: text } } } },
    new Uint8Array(Buffer.from(text)),
    new Map([[text, text]]),
    { url: new URL(`http://h/?${encodeURIComponent(text)}`) },
  ][way];
}

test("no secret passes, whatever stands around it and however deep it is", () => {
  fc.assert(
    fc.property(secret, around, around, fc.nat(11), ({ core, shown }, before, behind, way) => {
      const written = JSON.stringify(redact({ field: wrap(`${before}${shown}${behind}`, way) }));
      assert.ok(!written.includes(core), written);
    }),
    { numRuns: 3_000 },
  );
});

test("fields with telling names are not written, whatever they hold", () => {
  for (const name of [
    "token",
    "consoleToken",
    "cookie",
    "set-cookie",
    "Authorization",
    "password",
    "key",
    "serverKey",
    "secret_key",
    "seed",
    "enrol",
  ])
    assert.deepEqual(redact({ [name]: "plain" }), { [name]: "…" });
  assert.deepEqual(redact({ serverId: "ab12", port: 1, on: null, big: 5n }), {
    serverId: "ab12",
    port: 1,
    on: null,
    big: "5",
  });
});

test("what is no secret stays readable", () => {
  for (const text of [
    "listening on http://127.0.0.1:8080",
    "2026-11-23T12:00:00.000Z 12:30:45",
    "connect ECONNREFUSED 10.0.0.1:5432",
    "the server web-1 took 3 s",
    "Telegram refuses the bot token, whatever the login was",
    "fe80::1%eth0",
  ])
    assert.equal(redactText(text), text);
});

test("long texts take linear time and are cut", () => {
  for (const part of ["srv_", "1:", "postgres://a:", "token=", "a".repeat(50), "https://x:@"]) {
    const began = performance.now();
    assert.ok(redactText(part.repeat(200_000 / part.length)).length <= 16_385);
    assert.ok(performance.now() - began < 1_000, part);
  }
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  assert.deepEqual(redact(cyclic), { self: { self: { self: "…" } } });
});

test("a file: one JSON line an event, hidden texts gone, turned over when large, closed to others", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "log-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "logs", "hub.log");
  const log = openLog({ level: "info", file });
  // The file opens in its own time; this is the one thing that waits for it.
  return new Promise<void>((resolve) => setImmediate(resolve)).then(async () => {
    log.hide("correct horse/battery");
    log.hide("abc");
    log.debug("not.written");
    log.info("hub.ready", { text: "abc correct horse/battery", url: "x?p=correct%20horse%2Fbattery" });
    log.error("odd\nname", { error: new Error("a", { cause: new Error("b") }) });
    while (!(statSync(file, { throwIfNoEntry: false })?.size ?? 0)) {
      await new Promise((resolve) => setImmediate(resolve));
      log.flush();
    }
    log.flush();
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    const [first, second] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.equal(lines.length, 2);
    assert.deepEqual(
      [first?.level, first?.event, first?.text, first?.url],
      ["info", "hub.ready", "abc …", "x?p=…"],
    );
    assert.match(String(second?.error), /Error: a[\s\S]*caused by: Error: b/);
    assert.equal(statSync(file).mode & 0o007, 0);
    writeFileSync(file, "x".repeat(21 * 1_048_576));
    log.turnOver();
    assert.equal(statSync(`${file}.1`).size, 21 * 1_048_576);
  });
});
