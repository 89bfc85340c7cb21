/** Replies in every form its agents give them, and messages as they read them. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { messageText, readReply, streamValues } from "./messages.ts";

const AT = "2026-11-20T10:00:00Z";

it("reads a reply from a stream or a channel, whole or bare, as text or as an object", () => {
  const payload = { status: "ok" };
  const message = { id: "own", type: "pong", timestamp: AT, version: "1.0", payload };
  const told = { type: "pong", payload, at: Date.parse(AT) };
  const text = JSON.stringify(message);
  const values = { type: "pong", id: "own", command_id: "asked", payload: text, timestamp: "x" };
  assert.deepEqual(readReply(values), { ...told, ids: ["asked", "own"] });
  assert.deepEqual(readReply({ ...values, payload: message }), { ...told, ids: ["asked", "own"] });
  assert.deepEqual(readReply({ payload: text }, "asked"), { ...told, ids: ["asked", "own"] });
  assert.deepEqual(readReply({ payload: message }, "asked"), { ...told, ids: ["asked", "own"] });
  const bare = { ...values, payload: JSON.stringify(payload), timestamp: AT };
  assert.deepEqual(readReply(bare), { ...told, ids: ["asked", "own"] });
  const twice = JSON.stringify({ ...message, payload: JSON.stringify(payload) });
  assert.deepEqual(readReply({ ...values, payload: twice }).payload, payload);
});

it("takes what is missing, null or odd for what it is", () => {
  const reply = readReply({
    type: "pong",
    payload: null,
    command_id: 7,
    id: "",
    timestamp: "0001-01-01T00:00:00Z",
  });
  assert.deepEqual(reply, { ids: [], type: "pong", payload: null, at: undefined });
  assert.equal(readReply({ type: "pong", payload: "[broken" }).payload, "[broken");
  assert.equal(readReply({ type: "pong", timestamp: 1_700_000_000 }).at, 1_700_000_000_000);
  for (const nothing of [undefined, null, [], "text", 7, {}, { type: 7 }, { payload: "{}" }])
    assert.throws(() => readReply(nothing), /no message/);
});

it("writes moments as RFC 3339 and streams' fields as texts", () => {
  const handed = { id: "an-id", type: "ping", timestamp: Date.parse(AT), payload: null };
  const message = {
    id: "an-id",
    type: "ping",
    timestamp: "2026-11-20T10:00:00.000Z",
    version: "1.0",
    payload: null,
  };
  assert.deepEqual(JSON.parse(messageText(handed)), message);
  const values = streamValues(handed);
  assert.deepEqual(Object.keys(values), ["type", "id", "payload", "timestamp"]);
  for (const value of Object.values(values)) assert.equal(typeof value, "string");
});
