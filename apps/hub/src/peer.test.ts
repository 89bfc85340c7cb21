/** Whose address counts behind a proxy, and by which names a hub may be called. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hostGate, isLoopback, peerAddress } from "./peer.ts";

const from = (remoteAddress: string | undefined, forwarded?: string | string[]) => ({
  socket: { remoteAddress },
  headers: { "x-forwarded-for": forwarded } as Record<string, string | string[]>,
});

test("without a public URL nobody's claim is believed", () => {
  const of = peerAddress({ proxied: false });
  assert.equal(of(from("127.0.0.1", "192.0.2.1")), "127.0.0.1");
  assert.equal(of(from("192.0.2.9", "192.0.2.1")), "192.0.2.9");
  assert.equal(of(from(undefined)), "unknown");
});

test("behind a local proxy the last entry counts, the one that the proxy wrote", () => {
  const of = peerAddress({ proxied: true });
  for (const [forwarded, address] of [
    ["192.0.2.1", "192.0.2.1"],
    ["10.0.0.1, 203.0.113.7 ,192.0.2.1", "192.0.2.1"],
    [["10.0.0.1", "192.0.2.1"], "192.0.2.1"],
    ["[2001:db8::1]:443", "2001:db8::1"],
    ["2001:db8::1", "2001:db8::1"],
    ["192.0.2.1:4711", "192.0.2.1"],
    ["192.0.2.1, made up", "127.0.0.1"],
    ["", "127.0.0.1"],
    [undefined, "127.0.0.1"],
  ] as const)
    assert.equal(of(from("127.0.0.1", forwarded as string)), address);
  assert.equal(of(from("::ffff:127.0.0.1", "192.0.2.1")), "192.0.2.1");
  assert.equal(of(from("::1", "192.0.2.1")), "192.0.2.1");
  assert.equal(of(from("192.0.2.9", "192.0.2.1")), "192.0.2.9", "a peer that is not this machine is itself");
});

test("whatever a header holds, the address is the peer's or a real one", () => {
  const of = peerAddress({ proxied: true });
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (header) => {
      const address = of(from("127.0.0.1", header));
      assert.ok(address.length <= 45 && /^[0-9a-f.:]+(%.*)?$/i.test(address), address);
    }),
  );
});

test("a hub for this machine alone answers to this machine's names only", () => {
  const gate = hostGate({ listensOn: "127.0.0.1", named: false });
  for (const host of [
    "127.0.0.1:8080",
    "localhost",
    "LOCALHOST:80",
    "[::1]:8080",
    "eye.localhost:1",
    undefined,
  ])
    assert.ok(gate(host), host);
  for (const host of [
    "evil.example",
    "evil.example:8080",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "",
    "[::1",
  ])
    assert.ok(!gate(host), host);
});

test("a hub with a public name, or that others reach, is called as its people like", () => {
  assert.ok(hostGate({ listensOn: "127.0.0.1", named: true })("eye.example"));
  assert.ok(hostGate({ listensOn: "0.0.0.0", named: false })("nas.lan:8080"));
});

test("loopback is all of 127.0.0.0/8 and ::1", () => {
  for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) assert.ok(isLoopback(address));
  for (const address of ["128.0.0.1", "1127.0.0.1", "::2", "10.0.0.1", "unknown"])
    assert.ok(!isLoopback(address));
});
