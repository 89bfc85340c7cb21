/** What a connection was asked: answered once, in time, and never more than a bound of them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createAsked } from "./asked.ts";
import { turnedClock } from "./doubles.test-code.ts";

describe("asked", () => {
  const clock = turnedClock();
  const ask = (id: string, ms = 1_000, replyTo = "resp:h") => ({
    id,
    type: "probe",
    timestamp: 0,
    version: "1.0" as const,
    payload: {},
    expires: clock.now() + ms,
    replyTo,
    signature: "",
  });

  it("gives each place once", () => {
    const asked = createAsked(clock);
    assert.equal(asked.add(ask("1", 1_000, "resp:a")), true);
    assert.equal(asked.add(ask("1", 1_000, "resp:b")), false);
    assert.deepEqual(asked.take("1"), { replyTo: "resp:a" });
    assert.equal(asked.take("1"), "unknown");
  });

  it("knows what is late, and takes in nothing that is", () => {
    const asked = createAsked(clock);
    asked.add(ask("1"));
    clock.turn(1_000);
    assert.equal(asked.take("1"), "late");
    assert.equal(asked.add(ask("2", 0)), false);
    assert.equal(asked.size(), 0);
  });

  it("holds no more than its bound, the expired ones leaving first", () => {
    const asked = createAsked(clock, 3);
    for (const id of ["1", "2", "3"]) assert.equal(asked.add(ask(id, id === "1" ? 10 : 1_000)), true);
    assert.equal(asked.add(ask("4")), false);
    clock.turn(10);
    assert.equal(asked.add(ask("4")), true);
    assert.equal(asked.size(), 3);
  });
});
