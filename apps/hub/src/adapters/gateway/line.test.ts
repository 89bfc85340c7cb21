/** The line before the handshake: bounded, fair between networks, and nobody is left standing in it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { turnedClock } from "../../core/fleet/doubles.test-code.ts";
import { createLine, type LineLimits } from "./line.ts";

const LIMITS: LineLimits = {
  places: 3,
  placesPerNetwork: 2,
  waiting: 4,
  waitingPerNetwork: 3,
  patienceMs: 5_000,
};

function lineOf(limits: Partial<LineLimits> = {}) {
  const clock = turnedClock();
  const line = createLine({ ...LIMITS, ...limits }, clock);
  const log: string[] = [];
  const places: Array<() => void> = [];
  const join = (name: string, address = name) =>
    line.join(
      address,
      (leave) => {
        log.push(`${name} in`);
        places.push(leave);
      },
      () => log.push(`${name} refused`),
    );
  /** Gives back the place that was taken first of those still held. */
  const free = () => places.shift()?.();
  return { clock, line, log, join, free };
}

describe("the line before the handshake", () => {
  it("lets in at once while there are places, then holds back, then refuses", () => {
    const { line, log, join, free } = lineOf({ places: 2 });
    for (const name of ["a", "b", "c", "d", "e", "f", "g"]) join(name);
    assert.deepEqual(log, ["a in", "b in", "g refused"]);
    assert.deepEqual([line.taken(), line.waiting()], [2, 4]);
    free();
    assert.deepEqual(log.slice(3), ["c in"]);
  });

  it("goes round the networks: one that sends many waits behind itself alone", () => {
    const { log, join, free } = lineOf({ places: 2 });
    for (const name of ["flood 1", "flood 2", "flood 3", "flood 4"]) join(name, "192.0.2.1");
    for (const name of ["ann", "bob"]) join(name);
    free();
    free();
    free();
    assert.deepEqual(log, ["flood 1 in", "flood 2 in", "ann in", "bob in", "flood 3 in"]);
  });

  it("holds a network at its own number of places, however many are free", () => {
    const { line, log, join } = lineOf();
    for (const name of ["1", "2", "3"]) join(name, "2001:db8::1");
    join("other", "2001:db8:0:1::1");
    assert.deepEqual(log, ["1 in", "2 in", "other in"]);
    assert.equal(line.waiting(), 1);
  });

  it("refuses who waited too long, and forgets who left", () => {
    const { clock, line, log, join, free } = lineOf({ places: 1 });
    join("a");
    const leave = join("b");
    join("c");
    leave?.();
    leave?.();
    clock.turn(4_999);
    assert.equal(line.waiting(), 1);
    clock.turn(1);
    free();
    assert.deepEqual(log, ["a in", "c refused"]);
    assert.deepEqual([line.taken(), line.waiting()], [0, 0]);
  });

  it("refuses everybody once it is closed", () => {
    const { line, log, join, free } = lineOf({ places: 1 });
    for (const name of ["a", "b", "c"]) join(name);
    line.close();
    join("d");
    free();
    assert.deepEqual(log, ["a in", "b refused", "c refused", "d refused"]);
    assert.deepEqual([line.taken(), line.waiting()], [0, 0]);
  });

  it("never exceeds a bound, and at the end nobody stands in it while a place is free", () => {
    const step = fc.record({
      net: fc.integer({ min: 0, max: 3 }),
      what: fc.constantFrom("join", "leave", "free"),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { line } = lineOf();
        const inside = new Map<number, Array<() => void>>();
        const leaving = new Map<number, (() => void) | undefined>();
        for (const { net, what } of steps) {
          const held = inside.get(net) ?? [];
          inside.set(net, held);
          if (what === "free") held.shift()?.();
          else if (what === "leave") leaving.get(net)?.();
          else
            leaving.set(
              net,
              line.join(
                `net ${net}`,
                (place) => held.push(place),
                () => undefined,
              ),
            );
          assert.ok([...inside.values()].every((places) => places.length <= LIMITS.placesPerNetwork));
          assert.equal(
            line.taken(),
            [...inside.values()].reduce((sum, places) => sum + places.length, 0),
          );
          assert.ok(line.taken() <= LIMITS.places && line.waiting() <= LIMITS.waiting);
        }
        for (let rounds = 0; rounds < 100 && line.taken() > 0; rounds++)
          for (const places of inside.values()) places.shift()?.();
        assert.deepEqual([line.taken(), line.waiting()], [0, 0]);
      }),
    );
  });
});
