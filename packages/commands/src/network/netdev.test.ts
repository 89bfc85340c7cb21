/** /proc/net/dev of odd machines, and what can be said between two looks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { kindOf } from "./kinds.ts";
import { flowsBetween, type LinkCounters, parseNetDev, sumFlows } from "./netdev.ts";

const HEAD = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
`;

const totals = (bytes: number, packets = 0, errors = 0, drops = 0) => ({ bytes, packets, errors, drops });
const link = (into: number, out: number): LinkCounters => ({ in: totals(into), out: totals(out) });

test("names may touch their numbers, be Cyrillic, have a colon or a wide space", () => {
  const row = (name: string) => `${name}1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0`;
  const links = parseNetDev(
    `${HEAD}${[row("  eth0:"), row("сеть: "), row("eth0:1: "), row(" a\u3000b: ")].join("\n")}\n`,
  );
  assert.deepEqual([...links.keys()], ["eth0", "сеть", "eth0:1", "a\u3000b"]);
  assert.deepEqual(links.get("eth0"), { in: totals(1, 2, 3, 4), out: totals(5, 6, 7, 8) });
});

test("headings, short lines, negative and broken numbers are no interfaces", () => {
  const text = `${HEAD}  a: 1 2 3\n  b: -1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n  : 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n c: x`;
  assert.equal(parseNetDev(text).size, 0);
});

test("a rate is bytes over time; a new, vanished-and-returned or reset interface has none", () => {
  assert.equal(flowsBetween(link(1_000, 0), link(2_000, 400), 400).in.rate, 2_500);
  assert.equal(flowsBetween(link(1_000, 0), link(2_000, 400), 400).out.rate, 1_000);
  assert.equal(flowsBetween(undefined, link(9e12, 9e12), 400).in.rate, undefined);
  // Sent went on, received started again: neither is the interface of before.
  const reset = flowsBetween(link(5e9, 100), link(10, 200), 400);
  assert.equal(reset.in.rate, undefined);
  assert.equal(reset.out.rate, undefined);
  assert.equal(reset.in.bytes, 10);
  assert.equal(flowsBetween(link(1, 1), link(2, 2), 0).in.rate, undefined);
});

test("a 32-bit counter that wraps keeps its rate; one reset near the border is not taken for it", () => {
  assert.equal(flowsBetween(link(2 ** 32 - 1_000, 0), link(3_000, 0), 400).in.rate, 10_000);
  assert.equal(flowsBetween(link(3.5e9, 0), link(3_000, 0), 400).in.rate, undefined);
});

test("a sum has the rates that are known, and none when none is", () => {
  assert.deepEqual(sumFlows([{ ...totals(1, 2, 3, 4), rate: 5 }, totals(10, 20, 30, 40)]), {
    ...totals(11, 22, 33, 44),
    rate: 5,
  });
  assert.equal("rate" in sumFlows([totals(1)]), false);
});

test("containers' interfaces are known by their engines' names, people's own are not among them", () => {
  const kinds = {
    link: [
      "eth0",
      "enp3s0",
      "wlan0",
      "wg0",
      "tun0",
      "tap0",
      "br0",
      "br-lan",
      "vmbr0",
      "bond0",
      "lxcface",
      "virt0",
    ],
    port: [
      "veth1a2b3c4",
      "vnet3",
      "cali0123456789a",
      "lxc1a2b3c4d5e6f",
      "tap100i0",
      "tap0a1b2c3d-4e",
      "vif1.0",
      "ve-web",
    ],
    bridge: ["docker0", "br-0123456789ab", "cni0", "virbr0", "lxdbr0", "podman1", "flannel.1", "cilium_host"],
    loopback: ["lo"],
  };
  for (const [kind, names] of Object.entries(kinds)) {
    for (const name of names)
      assert.equal(
        kindOf(name, () => "1\n"),
        kind,
        name,
      );
  }
  assert.equal(
    kindOf("dummy-lo", () => "772\n"),
    "loopback",
  );
});

test("lines are read back as written, whatever the name; rates are never negative; no bytes make it fail", () => {
  const count = fc.maxSafeNat();
  const counters = fc.record({
    in: fc.tuple(count, count, count, count),
    out: fc.tuple(count, count, count, count),
  });
  const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 15 }).filter((s) => !/[\s/:]/.test(s));
  fc.assert(
    fc.property(name, counters, (name, { in: into, out }) => {
      const text = `${HEAD}${name.padStart(6)}: ${into.join("  ")} 0 0 0 0 ${out.join(" ")} 0 0 0 0\n`;
      assert.deepEqual([...parseNetDev(text)], [[name, { in: totals(...into), out: totals(...out) }]]);
    }),
  );
  fc.assert(
    fc.property(count, count, count, count, fc.integer({ min: 1, max: 5_000 }), (a, b, c, d, ms) => {
      const flows = flowsBetween(link(a, b), link(c, d), ms);
      assert.ok((flows.in.rate ?? 0) >= 0 && (flows.out.rate ?? 0) >= 0);
      assert.equal(flows.in.rate === undefined, flows.out.rate === undefined);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      assert.ok(parseNetDev(new TextDecoder().decode(bytes)) instanceof Map);
    }),
  );
});
