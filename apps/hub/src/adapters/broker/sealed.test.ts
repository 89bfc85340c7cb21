/** A sealed broker is a broker, and what others put into it is as if it had never come. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keptLog, readMetrics, turnedClock } from "../../core/fleet/doubles.test-code.ts";
import type { Presence } from "../../core/ports/broker.ts";
import { brokerContract } from "./contract.test-suite.ts";
import { createMemoryBroker } from "./memory.ts";
import { createSeal, OLD_ENTRY_MS, sealBroker, sealedEntries } from "./sealed.ts";

function sealOf(byte: number) {
  const clock = turnedClock();
  const log = keptLog();
  const metrics = readMetrics();
  return {
    clock,
    log,
    metrics,
    seal: createSeal({ key: new Uint8Array(32).fill(byte), clock, log, metrics }),
  };
}

brokerContract("in process, sealed", async () =>
  sealBroker(createMemoryBroker({ log: keptLog() }), sealOf(1).seal),
);

describe("a seal", () => {
  it("opens what it closed, for whoever has the key, also when started later", () => {
    const text = JSON.stringify({ a: "привет \u{1F600}" });
    assert.equal(sealOf(1).seal.open("cmd:1", sealOf(1).seal.close("cmd:1", text)), text);
  });

  it("opens nothing that was changed, moved, cut or made with another key", () => {
    const { seal, metrics } = sealOf(1);
    const sealed = seal.close("cmd:1", "ab");
    const flipped = sealed.startsWith("A") ? `B${sealed.slice(1)}` : `A${sealed.slice(1)}`;
    const tries: Array<[place: string, text: string]> = [
      ["cmd:1", `${sealed}c`],
      ["cmd:1", sealed.slice(0, -1)],
      ["cmd:1", flipped],
      // Bits of the last character that its 32 bytes do not use.
      ["cmd:1", `${sealed.slice(0, 42)}${other(sealed.slice(42, 43))}${sealed.slice(43)}`],
      ["cmd:1", sealed.replace(".", ",")],
      ["cmd:1", sealed.slice(0, 43)],
      ["cmd:1", "é".repeat(43) + sealed.slice(43)],
      ["cmd:1", "ab"],
      ["cmd:1", ""],
      ["cmd:2", sealed],
      ["resp:1", sealed],
      // The end of the place and the beginning of the message change sides.
      ["cmd:1a", sealed.replace(".ab", ".b")],
      ["cmd:", sealed.replace(".ab", ".1ab")],
      ["cmd:1", sealOf(2).seal.close("cmd:1", "ab")],
    ];
    for (const [place, text] of tries) assert.equal(seal.open(place, text), undefined, `${place} ${text}`);
    assert.equal(metrics.of("broker_forged"), tries.length);
    assert.equal(metrics.of("broker_forged", { kind: "resp" }), 1);
    assert.equal(seal.open("cmd:1", sealed), "ab");
  });

  it("logs a flood of forgeries once a minute, with how many and without the channel's key", () => {
    const { seal, clock, log } = sealOf(1);
    for (let n = 0; n < 1_000; n++) seal.open("cmd:srv", "forged");
    clock.turn(59_999);
    seal.open("cmd:srv", "forged");
    assert.equal(log.events.length, 1);
    clock.turn(1);
    seal.open("presence:srv", "forged");
    assert.deepEqual(
      log.events.map(({ level, event, fields }) => ({ level, event, fields })),
      [
        { level: "warn", event: "broker.forged", fields: { kind: "cmd", count: 1 } },
        { level: "warn", event: "broker.forged", fields: { kind: "presence", count: 1_001 } },
      ],
    );
  });
});

describe("a sealed broker", () => {
  it("delivers nothing of who has the broker but not the key", async () => {
    const { seal, metrics } = sealOf(1);
    const inner = createMemoryBroker({ log: keptLog() });
    const broker = sealBroker(inner, seal);
    const wire: string[] = [];
    const heard: string[] = [];
    await inner.subscribe("cmd:1", (text) => wire.push(text));
    await broker.subscribe("cmd:1", (text) => heard.push(text));
    await broker.subscribe("cmd:2", (text) => heard.push(text));
    await broker.publish("cmd:1", "true");
    await inner.publish("cmd:1", "forged");
    await inner.publish("cmd:2", wire[0] ?? "");
    await metrics.until("broker_forged", { kind: "cmd" }, 2);
    assert.deepEqual(heard, ["true"]);
    // Each delivered a turn later than it was published: all have come by now.
    assert.equal(wire.length, 2);
  });
});

describe("a sealed presence entry", () => {
  const presence: Presence = {
    ...{
      serverId: "a",
      hub: "h",
      since: 7,
      lastHeartbeat: 1_700_000_000_000,
      protocol: 1,
      latencyMs: 0.25,
      skewMs: -3,
    },
    facts: {
      version: "1",
      runtime: "",
      os: "é",
      arch: "",
      hostname: "",
      bootId: "",
      allow: ["x"],
      commands: [],
    },
  };

  it("comes back whole for its own server, and tells the board its order", () => {
    const { seal, clock } = sealOf(1);
    const text = sealedEntries(seal, clock).encode(presence);
    assert.deepEqual(sealedEntries(seal, clock).decode("a", text), presence);
    const { since, hub } = JSON.parse(text);
    assert.deepEqual({ since, hub }, { since: 7, hub: "h" });
  });

  it("is nothing when it was made up, moved to another server or put together anew", () => {
    const { seal, clock, metrics } = sealOf(1);
    const entries = sealedEntries(seal, clock);
    const text = entries.encode(presence);
    const made = JSON.stringify({ ...presence, sealed: seal.close("cmd:a", JSON.stringify(presence)) });
    const tries: Array<[serverId: string, text: string]> = [
      ["b", text],
      ["a", JSON.stringify(presence)],
      ["a", made],
      ["a", text.replace("0.25", "0.26")],
      ...["", "null", "7", "{", '{"sealed":7}', '{"sealed":""}'].map((odd) => ["a", odd] as [string, string]),
    ];
    for (const [serverId, odd] of tries) assert.equal(entries.decode(serverId, odd), undefined, odd);
    assert.equal(metrics.of("broker_forged", { kind: "presence" }), tries.length);
    const { sealed } = JSON.parse(text);
    assert.deepEqual(entries.decode("a", JSON.stringify({ since: 9, hub: "other", sealed })), presence);
    clock.turn(OLD_ENTRY_MS - 1);
    assert.deepEqual(entries.decode("a", text), presence);
    clock.turn(1);
    assert.equal(entries.decode("a", text), undefined, "put back when it was long over");
  });
});

/** Another character of base64url that differs in the lowest bit alone. */
function other(character: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return alphabet[alphabet.indexOf(character) ^ 1] ?? "";
}
