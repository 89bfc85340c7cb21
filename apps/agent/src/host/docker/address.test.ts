/** Addresses of engines: what is one, what is not, and where one is looked for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { addressText, exposed, parseAddress, usualPlaces } from "./address.ts";

test("an address is a socket's path or a host with a port, and says itself again", () => {
  for (const [text, again, open] of [
    ["unix:///var/run/docker.sock", "unix:///var/run/docker.sock", false],
    ["unix:///run/user/1000/podman/podman.sock", "unix:///run/user/1000/podman/podman.sock", false],
    ["tcp://127.0.0.1:2375", "tcp://127.0.0.1:2375", false],
    ["tcp://localhost", "tcp://localhost:2375", false],
    ["tcp://[::1]:99/", "tcp://[::1]:99", false],
    ["tcp://socket-proxy:2375", "tcp://socket-proxy:2375", true],
    ["tcp://10.0.0.2:1", "tcp://10.0.0.2:1", true],
    // Begins like loopback, and is a name of anybody's.
    ["tcp://127.0.0.1.example.org", "tcp://127.0.0.1.example.org:2375", true],
  ] as const) {
    const address = parseAddress(text);
    assert.ok(address, text);
    assert.equal(addressText(address), again);
    assert.equal(exposed(address), open, text);
  }
});

test("anything else is none", () => {
  for (const text of [
    ...[
      "",
      "/var/run/docker.sock",
      "unix://docker.sock",
      "unix://",
      "unix:///a\nb",
      `unix:///${"x".repeat(108)}`,
    ],
    ...[
      "tcp://",
      "tcp://:2375",
      "tcp://a:0",
      "tcp://a:65536",
      "tcp://a:b",
      "tcp://user:word@host",
      "tcp://a/b",
    ],
    ...[
      "tcp://a?b",
      "tcp://a#b",
      "http://a:2375",
      "ssh://me@a",
      "npipe:////./pipe/docker_engine",
      "tcp://a b",
    ],
  ])
    assert.equal(parseAddress(text), undefined, text);
});

test("the usual places are Docker's, then Podman's, of the machine and of the user", () => {
  assert.deepEqual(usualPlaces(1000, undefined), [
    "/var/run/docker.sock",
    "/run/user/1000/docker.sock",
    "/run/podman/podman.sock",
    "/run/user/1000/podman/podman.sock",
  ]);
  assert.equal(usualPlaces(1000, "/tmp/run/")[1], "/tmp/run/docker.sock");
  assert.equal(usualPlaces(1000, "odd")[1], "/run/user/1000/docker.sock");
});
