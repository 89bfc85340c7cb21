/** network at the agent: interfaces that come and go, and this machine's own against other sources. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { test } from "node:test";
import { type AnswerOf, Fault } from "@servereye/contract";
import type { Host } from "../host.ts";
import { type FakeMachine, fakeHost } from "../kernel/fake-host.ts";
import { realHost } from "../kernel/real-host.ts";
import { networkCollector } from "./collect.ts";
import { MOST_INTERFACES, network } from "./contract.ts";

const collect = async (host: Host): Promise<AnswerOf<typeof network>> =>
  network.answer.parse(await networkCollector.collect({}, host));

/** /proc/net/dev with received and sent bytes by name. */
const dev = (links: Record<string, readonly [number, number]>) =>
  Object.entries(links)
    .map(([name, [into, out]]) => `${name}: ${into} 1 0 0 0 0 0 0 ${out} 1 0 0 0 0 0 0`)
    .join("\n");

const machine = (links: Record<string, readonly [number, number]>, more: FakeMachine = {}) =>
  fakeHost({ ...more, files: { "/proc/net/dev": dev(links), ...more.files } });

test("links apart from loopback and containers, the busiest first, with state and speed", async () => {
  const host = machine(
    {
      lo: [500, 500],
      eth0: [1_000, 50],
      wg0: [9_000, 9_000],
      docker0: [5, 5],
      veth1a: [70, 30],
      vethb2: [7, 3],
    },
    {
      files: {
        "/sys/class/net/eth0/operstate": "up\n",
        "/sys/class/net/eth0/speed": "1000\n",
        "/sys/class/net/wg0/operstate": "unknown\n",
      },
      links: {
        "/sys/class/net/eth0": "../../devices/pci0000:00/0000:00:03.0/net/eth0",
        "/sys/class/net/wg0": "../../devices/virtual/net/wg0",
      },
    },
  );
  host.after(100, (h) =>
    h.put(
      "/proc/net/dev",
      dev({
        lo: [900, 900],
        eth0: [5_000, 450],
        wg0: [9_000, 9_000],
        docker0: [5, 5],
        veth1a: [470, 30],
        vethb2: [7, 3],
      }),
    ),
  );
  const { interfaces, loopback, containers, intervalMs } = await collect(host);
  assert.deepEqual(
    interfaces.map(({ name, state, speed, physical, in: into, out }) => [
      name,
      state,
      speed,
      physical,
      into.rate,
      out.rate,
    ]),
    [
      ["eth0", "up", 1e9, true, 4_000_000 / intervalMs, 400_000 / intervalMs],
      ["wg0", "unknown", undefined, false, 0, 0],
    ],
  );
  assert.equal(loopback?.bytes, 900);
  // Seen from the containers' side, over their ports alone: the bridge would count the same bytes again.
  assert.equal(containers?.count, 3);
  assert.equal(containers?.out.rate, 400_000 / intervalMs);
  assert.equal(containers?.in.bytes, 33);
});

test("an interface that vanishes is gone, one that comes or starts again has no rate", async () => {
  const host = machine({ eth0: [1_000, 1_000], usb0: [50, 50], ppp0: [9e9, 9e9] });
  host.after(100, (h) =>
    h.put("/proc/net/dev", dev({ eth0: [1_400, 1_000], ppp0: [10, 20], tun0: [7e9, 7e9] })),
  );
  const { interfaces } = await collect(host);
  const rates = Object.fromEntries(interfaces.map(({ name, in: into }) => [name, into.rate]));
  assert.deepEqual(rates, { eth0: 1_000, ppp0: undefined, tun0: undefined });
});

test("a negative, absent or nonsensical speed is no speed, and a slow driver only loses its own", async () => {
  const up = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [`/sys/class/net/${name}/operstate`, "up"]));
  const names = ["a0", "a1", "a2", "a3", "a4"];
  const host = machine(Object.fromEntries(names.map((name) => [name, [1, 1] as const])), {
    files: {
      ...up(names),
      "/sys/class/net/a0/speed": "-1\n",
      "/sys/class/net/a1/speed": "4294967295\n",
      "/sys/class/net/a3/speed": "2500\n",
      "/sys/class/net/a4/speed": "10000\n",
    },
    slow: { "/sys/class/net/a4/speed": 60_000 },
  });
  const { interfaces } = await collect(host);
  assert.deepEqual(
    interfaces.map(({ name, speed }) => [name, speed]),
    [
      ["a0", undefined],
      ["a1", undefined],
      ["a2", undefined],
      ["a3", 2.5e9],
      ["a4", undefined],
    ],
  );
});

test("what the kernel made up and nobody used is only counted; an unplugged card is told", async () => {
  const host = machine(
    { eth0: [5, 5], eth1: [0, 0], ifb0: [0, 0], sit0: [0, 0] },
    {
      files: Object.fromEntries(
        ["eth1", "ifb0", "sit0"].map((name) => [`/sys/class/net/${name}/operstate`, "down\n"]),
      ),
      links: {
        "/sys/class/net/eth1": "../../devices/pci0/net/eth1",
        "/sys/class/net/ifb0": "../../devices/virtual/net/ifb0",
      },
    },
  );
  const { interfaces, unused } = await collect(host);
  assert.deepEqual(
    interfaces.map(({ name, state }) => `${name} ${state}`),
    ["eth0 unknown", "eth1 down"],
  );
  assert.equal(unused, 2);
});

test("many interfaces: the busiest stay and the others are counted", async () => {
  const links = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`vlan${i}`, [i, i] as const]));
  const { interfaces, left } = await collect(machine(links));
  assert.equal(interfaces.length, MOST_INTERFACES);
  assert.equal(left, 100 - MOST_INTERFACES);
  assert.equal(interfaces[0]?.name, "vlan99");
});

test("without /proc/net/dev that is said", async () => {
  await assert.rejects(networkCollector.collect({}, fakeHost()), (error: unknown) => {
    assert.ok(error instanceof Fault);
    assert.equal(error.code, "UNSUPPORTED");
    return true;
  });
});

test("this machine: its interfaces with the kernel's other counters, and bytes that really went over loopback", async () => {
  const sent = 3_000_000;
  const real = realHost();
  const counter = (name: string, which: string) =>
    Number(readFileSync(`/sys/class/net/${name}/statistics/${which}`, "utf8"));
  const names = Object.keys(networkInterfaces());
  const before = new Map(names.map((name) => [name, counter(name, "rx_bytes")]));
  const answer = await collect({
    ...real,
    wait: async (ms) => {
      await Promise.all([real.wait(ms), throughLoopback(sent)]);
    },
  });
  assert.ok(answer.loopback?.rate !== undefined);
  assert.ok((answer.loopback.rate * answer.intervalMs) / 1_000 >= sent);
  for (const name of names) {
    const flow = name === "lo" ? answer.loopback : answer.interfaces.find((link) => link.name === name)?.in;
    // A container's bridge has an address too, and stands in their sum.
    if (!flow) {
      assert.ok(answer.containers, name);
      continue;
    }
    assert.ok(
      flow.bytes >= (before.get(name) ?? Number.NaN) && flow.bytes <= counter(name, "rx_bytes"),
      name,
    );
  }
});

/** Sends so many bytes to this machine over TCP and resolves once they have come. */
async function throughLoopback(bytes: number): Promise<void> {
  const server = createServer((socket) => socket.resume().on("end", () => socket.end()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.end(new Uint8Array(bytes));
  socket.resume();
  await once(socket, "close");
  server.close();
  await once(server, "close");
}
