/** What becomes of an action on a container, however it ends: told as it is known, noted in the audit log, never sent twice. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Container } from "@servereye/commands/hub";
import { Fault, type FaultCode } from "@servereye/contract";
import { chatEngine, type Room } from "../room.test-code.ts";

let engine: Awaited<ReturnType<typeof chatEngine>>;
before(async () => {
  engine = await chatEngine();
});
after(() => engine.close());

const WEB: Container = {
  ...{ id: "0123456789ab", name: "web", image: "nginx", state: "running", ports: [] },
};

/** A person with one server, whose agent lists one container and does what `act` says. */
async function withWeb(act: () => Promise<unknown> = async () => ({ id: WEB.id, name: "web", said: "" })) {
  const room = await engine.room();
  const ann = await room.person();
  const server = await room.server(ann, "attic");
  const asked: string[] = [];
  const state = { listed: [WEB] };
  room.ask = async ({ command, ask }) => {
    if (command.name !== "containers") asked.push(`${command.name} ${JSON.stringify(ask)}`);
    const answer = command.name === "containers" ? { containers: state.listed, left: 0 } : await act();
    return { answer, tookMs: 1 };
  };
  return { room, ann, server, asked, state };
}

const audited = async (room: Room) =>
  (await room.store.audit.recent({ limit: 10 })).map(({ what, on, result, detail, from, personId }) => ({
    ...{ what, on, result, detail, from, personId },
  }));

const fails = (code: FaultCode, values: Record<string, string> = {}) =>
  withWeb(() => Promise.reject(new Fault(code, "device is busy", { values })));

test("done: once, by its id, and the log has who, where, what and on which", async () => {
  const { room, ann, server, asked, state } = await withWeb();
  const question = await ann.write("/stop_container we");
  assert.match(
    question?.text ?? "",
    /Stop web\?\nServer: attic\nContainer: web\nImage: nginx\nId: 0123456789ab/,
  );
  assert.deepEqual(asked, []);
  state.listed = [{ ...WEB, state: "running", age: 5 }];
  const pressed = await Promise.all([ann.press(question, /^Yes/), ann.press(question, /^Yes/)]);
  assert.deepEqual(asked, ['stop_container {"id":"0123456789ab","name":"web","seen":"running"}']);
  assert.equal(pressed.filter(({ notice }) => /Already done|just now/.test(notice?.text ?? "")).length, 1);
  const entries = await audited(room);
  const { run = "" } = entries[0]?.detail ?? {};
  assert.match(String(run), /^[0-9a-f-]{36}$/, "one id joins what was sent and how it ended");
  assert.deepEqual(
    entries,
    ["done", "begun"].map((result) => ({
      ...{ what: "container.stop", on: server.id, result, personId: ann.id },
      from: `telegram:${ann.account.externalId}`,
      detail: { verb: "stop", container: "web", id: "0123456789ab", run },
    })),
  );
});

test("what leaves no trace is not done: without the audit log nothing is sent", async () => {
  const { room, ann, asked } = await withWeb();
  const question = await ann.write("/stop_container web");
  room.broken.add("audit.record");
  const { shown } = await ann.press(question, /^Yes/);
  assert.deepEqual(asked, []);
  assert.match(shown?.text ?? "", /Nothing was changed/);
});

test("not known: says so and nothing else, notes it, and is not asked again", async () => {
  for (const code of ["COMMAND_TIMEOUT", "BROKER_UNAVAILABLE", "AGENT_FAILED", "ANSWER_INVALID"] as const) {
    const { room, ann, asked } = await fails(code, { acted: "unknown" });
    const question = await ann.write("/restart_container web");
    const { shown } = await ann.press(question, /^Yes/);
    assert.match(
      shown?.text ?? "",
      /I do not know whether web on attic was restarted[\s\S]*State now: 🟢 up/,
    );
    assert.doesNotMatch(shown?.text ?? "", /[Nn]othing/);
    assert.match(
      (await ann.press(question, /^Yes/)).notice?.text ?? "",
      /do not know whether it came to its end/,
    );
    assert.equal(asked.length, 1);
    const [entry] = await audited(room);
    assert.deepEqual([entry?.result, entry?.detail.code], ["unknown", code]);
  }
});

test("the state can not be read, or the container is gone: that is told too", async () => {
  const { room, ann, state } = await fails("COMMAND_TIMEOUT", { acted: "unknown" });
  const scripted = room.ask;
  const question = await ann.write("/stop_container web");
  let looks = 0;
  room.ask = (asked) => {
    looks += asked.command.name === "containers" ? 1 : 0;
    return looks > 1 ? Promise.reject(new Fault("SERVER_OFFLINE", "")) : scripted(asked);
  };
  assert.match((await ann.press(question, /^Yes/)).shown?.text ?? "", /state can not be read just now/);
  room.ask = scripted;
  const other = await ann.write("/stop_container web");
  room.ask = async (asked) => {
    if (asked.command.name !== "containers") state.listed = [];
    return scripted(asked);
  };
  assert.match((await ann.press(other, /^Yes/)).shown?.text ?? "", /do not know[\s\S]*is gone now/);
});

test("done, and the state can not be read: it is told by the agent's word", async () => {
  const { room, ann } = await withWeb(async () => {
    room.ask = () => Promise.reject(new Fault("COMMAND_TIMEOUT", ""));
    return { id: WEB.id, name: "web", said: "bye", state: "exited" };
  });
  const { shown } = await ann.press(await ann.write("/stop_container web"), /^Yes/);
  const words = /is stopped\.\nIt says: “bye”\nBy its word it is “stopped” now\.\nIts state can not be read/;
  assert.match(shown?.text ?? "", words);
});

test("never sent, or refused by the agent: told why, noted as failed", async () => {
  for (const [code, words, second] of [
    ["SERVER_OFFLINE", /attic is offline/, /nothing was changed/],
    ["POLICY_REFUSED", /its own policy decides/, /nothing was changed/],
    ["UNSUPPORTED", /does not do containers yet/, /nothing was changed/],
    ["CONTAINER_ACTION_FAILED", /refused: device is busy[\s\S]*State now/, /do not know/],
  ] as const) {
    const { room, ann } = await fails(code);
    const question = await ann.write("/stop_container web");
    assert.match((await ann.press(question, /^Yes/)).shown?.text ?? "", words);
    assert.match((await ann.press(question, /^Yes/)).notice?.text ?? "", second);
    assert.equal((await audited(room))[0]?.result, "failed");
  }
});

test("the right is decided at the press, and a refusal is noted", async () => {
  const { room, server, asked } = await withWeb();
  const bob = await room.person("Bob");
  await room.store.servers.grant(server.id, bob.id, "operator");
  const question = await bob.write("/stop_container web");
  await room.store.servers.grant(server.id, bob.id, "viewer");
  assert.match((await bob.press(question, /^Yes/)).shown?.text ?? "", /takes the role “operator”/);
  assert.match((await bob.write("/start_container web"))?.text ?? "", /takes the role “operator”/);
  assert.deepEqual(asked, []);
  assert.deepEqual(
    (await audited(room)).map(({ what, result }) => `${what} ${result}`),
    ["container.start refused", "container.stop refused"],
  );
});

test("what the store can not keep a button for is told all the same, and is done", async () => {
  const { room, ann, asked } = await withWeb();
  const question = await ann.write("/stop_container web");
  const scripted = room.ask;
  room.ask = (told) => {
    if (told.command.name !== "containers")
      for (const part of ["buttons.save", "audit.record"]) room.broken.add(part);
    return scripted(told);
  };
  assert.match((await ann.press(question, /^Yes/)).shown?.text ?? "", /web on attic is stopped/);
  assert.equal(asked.length, 1);
  assert.ok(room.log.events.some(({ event }) => event === "audit.lost"));
});
