/** Answers of agents that are not what they should be: their faults are read by persons, in the hub's name. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { command, Fault } from "@servereye/contract";
import * as z from "zod/mini";
import { readAnswer } from "./answer.ts";

const probe = command({ name: "probe", about: "", needs: "viewer", ask: z.object({}), answer: z.object({}) });

function faultOf(payload: unknown): Fault {
  try {
    readAnswer(probe, { type: "fault", payload });
  } catch (error) {
    if (error instanceof Fault) return error;
  }
  throw new Error("no fault");
}

test("a fault keeps what it says, within bounds", () => {
  const body = { code: "AGENT_BUSY", detail: "16 are running", values: { limit: 16, path: "/sys" } };
  assert.deepEqual(faultOf(body).toBody(), body);
  const long = faultOf({
    code: "AGENT_BUSY",
    detail: "x".repeat(900_000),
    values: { path: "y".repeat(900_000) },
  });
  assert.equal(long.message.length, 500);
  assert.equal(String(long.values.path).length, 500);
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`v${n}`, n]));
  assert.equal(Object.keys(faultOf({ code: "AGENT_BUSY", detail: "", values: many }).values).length, 16);
});

test("words where a message has a number are left out", () => {
  const values = { seconds: "<b>now</b>", since: "ever", ms: 5, command: "probe" };
  assert.deepEqual(faultOf({ code: "COMMAND_TIMEOUT", detail: "", values }).values, {
    ms: 5,
    command: "probe",
    by: "agent",
  });
});

test("no fault's values change what all objects have", () => {
  const payload = JSON.parse(
    '{"code":"AGENT_BUSY","detail":"","values":{"__proto__":"x","constructor":"y"}}',
  );
  const { values } = faultOf(payload);
  assert.equal(Object.getPrototypeOf(values), Object.prototype);
  assert.equal(({} as Record<string, unknown>).x, undefined);
});

test("what is no fault at all can not be understood, and what went wrong inside the agent is not ours", () => {
  for (const payload of [null, "x", { code: "NO_SUCH_CODE", detail: "", values: {} }, { code: "INTERNAL" }])
    assert.equal(faultOf(payload).code, "ANSWER_INVALID");
  const own = faultOf({ code: "INTERNAL", detail: "a bug", values: { reason: "journal" } });
  assert.deepEqual(own.toBody(), { code: "AGENT_FAILED", detail: "a bug", values: {} });
});

test("an agent's words stand on one line, reorder nothing and hold no secret", () => {
  const detail = ` open /x:\n\tno\u202e way\0 of srv_${"ab".repeat(20)} at https://me:hunter22@host/ `;
  const { message } = faultOf({ code: "INTERNAL", detail, values: {} });
  assert.equal(message, "open /x: no way of srv_… at https://me:…@host/");
});
