/** /audit: newest first, by name, for admins of that server alone; what has no end says so. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { AuditEntry } from "../../ports/store.ts";
import { chatEngine, labels } from "../room.test-code.ts";
import { folded } from "./audit.ts";

let engine: Awaited<ReturnType<typeof chatEngine>>;
before(async () => {
  engine = await chatEngine();
});
after(() => engine.close());

const entry = (at: number, result: AuditEntry["result"], detail: AuditEntry["detail"] = {}): AuditEntry => ({
  ...{ at, personId: null, from: "hub", what: "container.stop", on: null, result, detail },
});

test("what was sent and how it ended are one, told by when it was sent", () => {
  const lines = folded([
    entry(9, "refused"),
    entry(7, "unknown", { run: "b", code: "COMMAND_TIMEOUT" }),
    entry(6, "begun", { run: "c" }),
    entry(5, "begun", { run: "b" }),
    // Its beginning is older than what was looked through.
    entry(4, "done", { run: "a" }),
  ]);
  assert.deepEqual(
    lines.map(({ at, result }) => [at, result]),
    [
      [9, "refused"],
      [5, "unknown"],
      [6, "begun"],
      [4, "done"],
    ],
  );
});

test("it is whose who began it, whoever looked when it ended", () => {
  const [line] = folded([
    { ...entry(7, "done", { run: "a" }), personId: "looker", from: "telegram:2" },
    { ...entry(5, "begun", { run: "a" }), personId: "doer", from: "telegram:1" },
  ]);
  assert.deepEqual([line?.personId, line?.from, line?.at, line?.result], ["doer", "telegram:1", 5, "done"]);
});

test("who, what, on which, from where and how it ended; by pages; and only to an admin of the server", async () => {
  const room = await engine.room();
  const [ann, bob, root] = [
    await room.person("Ann"),
    await room.person("Bob"),
    await room.person("Root", { admin: true }),
  ];
  const server = await room.server(ann, "attic");
  await room.store.servers.grant(server.id, bob.id, "operator");
  const base = { on: server.id, from: "telegram:1001" };
  const detail = { verb: "stop", container: "web", id: "0123456789ab" };
  const record = (more: Partial<AuditEntry>) =>
    room.store.audit.record({
      ...{ at: room.clock.now(), personId: bob.id, what: "container.stop", result: "begun", detail },
      ...base,
      ...more,
    });
  for (let n = 0; n < 10; n++) await record({ what: `older.${n}`, result: "done", detail: {} });
  await record({ detail: { ...detail, run: "r1" } });
  await record({ result: "failed", detail: { ...detail, run: "r1", code: "CONTAINER_ACTION_FAILED" } });
  await record({ personId: null, from: "hub", what: "server.moved", result: "done", detail: {} });
  await record({ from: "telegram:-5", detail: { ...detail, run: "r2" } });
  const shown = await ann.write("/audit");
  const text = shown?.text ?? "";
  assert.match(text, /^🧾 Audit · attic\n❔ container\.stop web \(0123456789ab\)\nBob, a Telegram group, /);
  assert.match(text, /sent; no end is noted: not known how it ended/);
  assert.match(
    text,
    /❌ container\.stop web \(0123456789ab\)\nBob, Telegram, .*\nfailed: CONTAINER_ACTION_FAILED/,
  );
  assert.match(text, /✅ server\.moved\nServerEye itself, the hub, /);
  assert.equal(text.match(/container\.stop/g)?.length, 2);
  assert.match(text, /Page 1 of 2/);
  const older = await ann.press(shown, labels(shown)[0] ?? "");
  assert.match(older.shown?.text ?? "", /older\.0[\s\S]*Page 2 of 2/);
  assert.match((await bob.write("/audit"))?.text ?? "", /it takes the role “admin”/);
  assert.doesNotMatch((await root.write("/audit attic"))?.text ?? "", /older|container/);
});
