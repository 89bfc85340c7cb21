/** Places for strangers: few in all, fewer for one network, and given back once. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSlots, networkOf } from "./limits.ts";

describe("slots", () => {
  it("are few in all and fewer for one network", () => {
    const slots = createSlots(3, 2);
    const mine = [slots.take("192.0.2.1"), slots.take("192.0.2.1")];
    assert.ok(mine.every((place) => place !== undefined));
    assert.equal(slots.take("::ffff:192.0.2.1"), undefined);
    assert.ok(slots.take("192.0.2.2"));
    assert.equal(slots.take("192.0.2.3"), undefined);
    mine[0]?.();
    mine[0]?.();
    assert.equal(slots.taken(), 2);
    assert.ok(slots.take("192.0.2.1"));
    assert.equal(slots.take("192.0.2.1"), undefined);
  });
});

describe("networkOf", () => {
  for (const [address, network] of [
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
    ["2001:0db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["unknown", "unknown"],
    ["", ""],
  ] as const) {
    it(`takes ${address} as ${network}`, () => assert.equal(networkOf(address), network));
  }
});
