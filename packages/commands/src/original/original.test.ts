/** What agents of the Go original tell, in our words: nothing faked, nothing lost, whatever is missing. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Fault, type OriginalCommand } from "@servereye/contract";
import { usualAnswers } from "../../../../test/original/agent.ts";
import { originals, readings } from "../hub.ts";
import { columnsOf } from "../shown/names.ts";
import { phoneLines } from "../shown/phone.ts";
import { translatorOf } from "../shown/translator.ts";
import { acting, listing } from "./containers.ts";
import { momentOf, numberOf } from "./loose.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");

function of(name: string): OriginalCommand {
  const found = originals.find(({ command }) => command === name);
  assert.ok(found, name);
  return found;
}

const told = (name: string, payload: unknown, ask: unknown = {}): unknown =>
  of(name).answer({ payload, at: NOW - 500, now: NOW }, ask);

/** As a person sees it, line by line. */
function seen(
  name: string,
  payload: unknown,
  ask: Record<string, unknown> = {},
  language: "en" | "ru" = "en",
) {
  const reading = readings.find(({ command }) => command.name === name);
  assert.ok(reading);
  const answer = reading.command.answer.parse(told(name, payload, ask));
  const t = translatorOf(language, reading.messages);
  const server = { id: "x", name: "old" };
  const view = reading.reply(answer, { t, language, server, now: NOW, tookMs: 3 }, ask);
  // The phone wraps a remark by itself; rows must fit.
  const lines = phoneLines({ ...view, blocks: view.blocks.filter(({ type }) => type !== "note") });
  for (const line of lines) assert.ok(columnsOf(line) <= 35, line);
  return phoneLines(view).join("\n");
}

describe("an agent of the Go original tells", () => {
  for (const language of ["en", "ru"] as const)
    it(`everything it can within a phone's width, in ${language}`, () => {
      const shown = originals.filter(({ command }) => readings.some((one) => one.command.name === command));
      assert.equal(shown.length, originals.length - 4, "four act on containers");
      for (const original of shown) {
        const { payload } = usualAnswers[original.type] ?? {};
        assert.ok(seen(original.command, payload, {}, language).length > 10, original.command);
      }
    });

  it("one temperature, in either unit", () => {
    const text = seen("temp", { temperature: 48.5, unit: "°C", sensor: "cpu_thermal" });
    assert.match(text, /Processor: 48\.5 °C\nSensor: cpu_thermal/);
    assert.doesNotMatch(text, /Average|Throttled/);
    assert.match(seen("temp", { temperature: "212", unit: "Fahrenheit" }), /🔴 Processor: 100\.0 °C$/m);
    for (const nothing of [null, {}, { temperature: null }, { temperature: "hot" }])
      assert.throws(
        () => told("temp", nothing),
        (error: Fault) => error.code === "SENSOR_NOT_FOUND",
      );
  });

  it("memory without swap, and never that there is none", () => {
    const text = seen("memory", usualAnswers.get_memory_info?.payload);
    assert.match(text, /Used: 6\.0 GiB of 16\.0 GiB/);
    assert.doesNotMatch(text, /Swap|Pressure/);
    assert.match(text, /nothing of swap/);
    assert.doesNotMatch(seen("memory", { total: 100, used: 60, free: null }), /Free|Buffers|Cached/);
    assert.deepEqual(told("memory", { total: 100, used: 60 }), {
      total: 100,
      used: 60,
      available: 40,
      original: true,
    });
    for (const nothing of [null, [], { total: 0 }, { total: 5 }])
      assert.throws(() => told("memory", nothing), Fault);
  });

  it("disks by space alone", () => {
    const text = seen("disk", usualAnswers.get_disk_info?.payload);
    assert.match(text, /\/srv · xfs · 500\.0 GiB\n\n🔴 .*94 % .*30\.0 GiB free/);
    assert.doesNotMatch(text, /Inodes|Read/);
    assert.match(text, /no inodes/);
    const odd = seen("disk", { disks: [{ path: "/a", total: 100, used: "25" }, { path: "/b" }, null, 7] });
    assert.match(odd, /\/a · 100 B/);
    assert.match(odd, /\/b: tells no size$/m);
    assert.match(seen("disk", null), /No disk/);
  });

  it("disks as df lists them: devices are no types, and what is no disk is left out", () => {
    const df = (path: string, filesystem: string, total = 100) => ({
      path,
      filesystem,
      total,
      used: 1,
      free: total - 1,
    });
    const text = seen("disk", {
      disks: [
        df("/", "/dev/nvme0n1p2"),
        df("/srv/share", "nas:/srv"),
        df("/old", "ext4"),
        df("/sys/firmware/efi/efivars", "efivarfs"),
        df("/dev", "udev"),
        df("/run/lock", "tmpfs"),
        df("/snap/core/1", "/dev/loop3"),
        df("/var/lib/docker/overlay2/0a1b/merged", "overlay"),
        df("/var/lib/docker/overlay2/0a1c/merged", "/dev/sda1"),
        { path: "/mnt/wsl", filesystem: "none", total: 0, used: 0, free: 0 },
      ],
    });
    assert.deepEqual(
      text.split("\n").filter((line) => line.includes(" B") && line.startsWith("/")),
      ["/ · 100 B", "/srv/share · network · 100 B", "/old · ext4 · 100 B"],
    );
    // In a container the root is what it is.
    assert.match(seen("disk", { disks: [df("/", "overlay")] }), /\/ · overlay/);
  });

  it("uptime in any notation, without a reason", () => {
    const text = seen("uptime", { uptime: 273_600, boot_time: NOW / 1_000 - 273_600 });
    assert.match(text, /Up: 3 d 4 h/);
    assert.doesNotMatch(text, /Reason|Kernel/);
    const boots = [{ boot_time: "2026-11-20T11:00:00Z" }, { boot_time: NOW - 3_600_000 }, { uptime: 3_600 }];
    for (const payload of boots) assert.match(seen("uptime", payload), /Up: 1 h|Up: 59 min/);
    for (const nothing of [null, {}, { uptime: null, boot_time: "long ago" }])
      assert.throws(() => told("uptime", nothing), Fault);
  });

  it("the processes it chose, in the order that was asked", () => {
    const list = [
      { pid: 1, name: "init", cpu_percent: 50, memory_mb: 1, memory_percent: 0.5, create_time: NOW - 60_000 },
      { pid: 2.0, name: "big", cpu_percent: null, memory_mb: "900", username: "ann" },
      { pid: 3, name: "no memory" },
      null,
    ];
    const byCpu = seen("processes", { processes: list, total: 120 });
    assert.ok(byCpu.indexOf("init") < byCpu.indexOf("big"));
    assert.match(byCpu, /120 processes\. The top of the 2 its agent chose to tell\. CPU: % as the Go agent/);
    assert.match(byCpu, /big +\? +900\.0 MiB\n└ 2 ann +\?/);
    const byMemory = seen("processes", { processes: list, total: 2 }, { by: "memory" });
    assert.ok(byMemory.indexOf("big") < byMemory.indexOf("init"));
    assert.match(byMemory, /init +0\.5 %/);
    assert.doesNotMatch(byMemory, /processes\./);
    assert.match(byMemory, /^The top of the 2 its agent chose to tell\. Memory/m);
    assert.match(seen("processes", { processes: list.slice(0, 1), total: 1 }), /^The one its agent chose/m);
    assert.match(seen("processes", { processes: null, total: 0 }), /^Its agent told of none\. CPU/m);
  });

  it("each link's traffic since boot, and that of all together now", () => {
    const text = seen("network", usualAnswers.get_network_info?.payload);
    assert.match(text, /All links, since last asked\n\nMean: ↓ 1\.5 MiB\/s ↑ 183\.1 KiB\/s/);
    const first = { download_speed_mbps: 0, upload_speed_mbps: 0 };
    assert.doesNotMatch(seen("network", first), /Mean|All links/);
    assert.match(text, /eth0\n\nSince boot: ↓ 20\.0 GiB ↑ 8\.0 GiB/);
    assert.match(text, /Loopback since boot: 1\.0 GiB/);
    assert.doesNotMatch(text, /next look has a rate|Gbit/);
    const inside = {
      interfaces: [{ name: "veth12ab", bytes_recv: 5, bytes_sent: 9 }, { name: "eth0" }, null],
    };
    assert.match(seen("network", inside), /Containers, VMs \(1 interface\)\n\nSince boot: ↓ 9 B ↑ 5 B/);
  });

  it("its clock with a pong, when it has one", () => {
    assert.deepEqual(told("ping", null), { clock: NOW - 500 });
    assert.deepEqual(of("ping").answer({ payload: {}, at: undefined, now: NOW }, {}), {});
  });

  it("containers, and what came of acting on one", () => {
    const list = listing("containers", (all) => all);
    const made = list.answer(
      {
        payload: {
          containers: [
            { id: "c1", name: "/web", state: "Running", ports: ["80/tcp", 7], labels: { a: 1 } },
            {},
          ],
          total: 9.0,
        },
        at: undefined,
        now: NOW,
      },
      {},
    );
    assert.deepEqual(made, {
      containers: [
        {
          id: "c1",
          name: "web",
          image: "",
          status: "",
          state: "running",
          ports: ["80/tcp"],
          labels: { a: "" },
        },
      ],
      total: 9,
    });
    const stop = acting(
      "stop",
      "stop",
      () => ({ id: "c1", name: "web" }),
      (done) => done,
    );
    assert.equal(stop.type, "stop_container");
    assert.deepEqual(stop.payload({}), { container_id: "c1", container_name: "web", action: "stop" });
    const done = (payload: unknown) => stop.answer({ payload, at: undefined, now: NOW }, {});
    assert.deepEqual(done({ success: true }), { id: "c1", name: "web", message: "" });
    for (const failed of [null, { success: false, message: "busy" }, { success: "true" }])
      assert.throws(
        () => done(failed),
        (error: Fault) => error.code === "CONTAINER_ACTION_FAILED",
      );
  });

  it("numbers as text and moments in any notation", () => {
    assert.deepEqual(["1.5", " 2 ", "", "x", null, Number.NaN, true].map(numberOf), [
      1.5,
      2,
      ...Array(5).fill(undefined),
    ]);
    assert.deepEqual([1.7e9, 1.7e12, "2023-11-14T22:13:20Z", 0, "0001-01-01T00:00:00Z"].map(momentOf), [
      1.7e12,
      1.7e12,
      1.7e12,
      undefined,
      undefined,
    ]);
  });
});
