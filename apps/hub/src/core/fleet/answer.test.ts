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

test("what is no fault at all is one of ours, and says so", () => {
  for (const payload of [null, "x", { code: "NO_SUCH_CODE", detail: "", values: {} }, { code: "INTERNAL" }])
    assert.equal(faultOf(payload).code, "INTERNAL");
});
