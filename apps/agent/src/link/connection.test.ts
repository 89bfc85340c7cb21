/** Frames from the hub: whatever arrives is a checked frame or a fault, never a throw. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault, MAX_FRAME_BYTES } from "@servereye/contract";
import fc from "fast-check";
import { frameOf } from "./connection.ts";

const kinds = ["challenge", "welcome", "waiting", "refused", "ask", "beat", "bye"];

test("any text and any JSON gives a known frame or FRAME_INVALID", () => {
  const almost = fc.record(
    {
      t: fc.constantFrom(...kinds),
      seq: fc.jsonValue(),
      hubTime: fc.oneof(fc.integer(), fc.jsonValue()),
      message: fc.jsonValue(),
      again: fc.jsonValue(),
      detail: fc.jsonValue(),
      expires: fc.jsonValue(),
      nonce: fc.jsonValue(),
    },
    { requiredKeys: ["t"] },
  );
  const data = fc.oneof(
    fc.string(),
    fc.json(),
    almost.map((one) => JSON.stringify(one)),
    fc.uint8Array(),
  );
  fc.assert(
    fc.property(data, (one) => {
      const frame = frameOf(one);
      if (frame instanceof Fault) assert.equal(frame.code, "FRAME_INVALID");
      else assert.ok(kinds.includes(frame.t));
    }),
    { numRuns: 500 },
  );
});

test("a frame right in all but its size is refused, in bytes rather than characters", () => {
  const sized = (char: string, count: number) =>
    JSON.stringify({ t: "beat", seq: 1, hubTime: 1, pad: char.repeat(count) });
  assert.ok(!(frameOf(sized("a", MAX_FRAME_BYTES - 100)) instanceof Fault));
  assert.ok(frameOf(sized("a", MAX_FRAME_BYTES)) instanceof Fault);
  assert.ok(frameOf(sized("я", MAX_FRAME_BYTES / 2)) instanceof Fault);
  assert.ok(!(frameOf(sized("я", MAX_FRAME_BYTES / 2 - 100)) instanceof Fault));
});
