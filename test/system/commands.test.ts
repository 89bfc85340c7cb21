/** Each command through Telegram to a real agent and back, held against the machine's own figures. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { PROTOCOL } from "@servereye/contract";
import type { Actor } from "../telegram/actor.ts";
import type { ChatMessage } from "../telegram/message.ts";
import { render35, width } from "../telegram/render.ts";
import {
  bootTime,
  bytesOf,
  df,
  hasSensor,
  interfaces,
  loads,
  meminfo,
  processCount,
  received,
  uptime,
} from "./figures.ts";
import { run } from "./process.ts";
import { addServer, ask, labels, openSystem, press, type System } from "./system.ts";

let system: System;
let ann: Actor;
let boris: Actor;

before(async () => {
  system = await openSystem({ env: { SERVEREYE_ADMINS: "1,2", SERVEREYE_REGION: "home" } });
  const { control } = system.emulator;
  ann = control.person({ id: 1, firstName: "Ann", lastName: "Bee", languageCode: "en" });
  boris = control.person({ id: 2, firstName: "Борис", languageCode: "ru" });
});
after(() => system.close());

/** The value after a label, as shown. */
function value({ text }: ChatMessage, label: string): string {
  const found = text.split("\n").find((line) => line.replace(/^[🟢🟡🔴] /u, "").startsWith(`${label}: `));
  assert.ok(found !== undefined, `no line "${label}" in:\n${text}`);
  return found.slice(found.indexOf(": ") + 2);
}

/** Epoch seconds of the message's moments, in order. */
const moments = ({ html }: ChatMessage): number[] =>
  [...html.matchAll(/<tg-time unix="(\d+)"/g)].map((match) => Number(match[1]));

const near = (shown: number, real: number, tolerance: number, what: string) =>
  assert.ok(Math.abs(shown - real) <= tolerance, `${what}: shown ${shown}, really ${real}`);

/** Every fixed-width line fits a phone: there lines do not wrap, they scroll. */
function fitsPhone(message: ChatMessage): void {
  for (const { type, offset, length } of message.entities) {
    if (type !== "pre") continue;
    for (const line of message.text.slice(offset, offset + length).split("\n"))
      assert.ok(width(line) <= 35, `wider than a phone: ${line}\n${render35(message)}`);
  }
}

describe("a person without servers", () => {
  it("is greeted by name and led to /add", async () => {
    const hello = await ask(ann, "/start");
    assert.match(hello.text, /Hello Ann Bee/);
    assert.deepEqual(labels(hello), ["➕ Add a server"]);
    const { message } = await press(ann, "➕ Add a server");
    assert.match(message.text, /curl .*install\.sh/);
    assert.equal(message.messageId, hello.messageId);
  });

  it("is told so for every question, with the way to add one", async () => {
    for (const command of ["/memory", "/status", "/servers", "/use", "/members", "/remove_server x"]) {
      const message = await ask(ann, command);
      assert.match(message.text, /no servers yet/, command);
      assert.deepEqual(labels(message), ["➕ Add a server"], command);
    }
  });

  it("has the command menu in their language, and admins have more", () => {
    const names = (chat: number, language: string) =>
      system.emulator.control.menu(chat, language).map(({ command }) => command);
    const menu = names(1, "en");
    for (const command of "help add servers rename_server remove_server use temp cpu memory disk uptime processes network status ping stats debug language invite members".split(
      " ",
    ))
      assert.ok(menu.includes(command), `${command} is not in the menu`);
    assert.ok(!names(77, "en").includes("stats"));
    const [first] = system.emulator.control.menu(1, "ru");
    assert.match(first?.description ?? "", /[а-я]/);
  });
});

describe("one server", () => {
  before(async () => {
    await addServer(system, ann, "web-1");
  });

  it("/memory shows the kernel's figures", async () => {
    const message = await ask(ann, "/memory");
    const [, used = "", total = ""] = /^(.*) of (.*)$/.exec(value(message, "Used")) ?? [];
    near(bytesOf(total), totalmem(), 0.06 * 1024 ** 3, "total");
    near(bytesOf(used), meminfo("MemTotal") - meminfo("MemAvailable"), 0.3 * 1024 ** 3, "used");
    near(bytesOf(value(message, "Available")), meminfo("MemAvailable"), 0.3 * 1024 ** 3, "available");
    near(
      bytesOf(value(message, "Cached")),
      meminfo("Cached") + meminfo("SReclaimable"),
      0.3 * 1024 ** 3,
      "cached",
    );
    fitsPhone(message);
  });

  it("/cpu shows load, cores and shares that add up", async () => {
    // Something to see: of an idle machine "0 %" is the truth.
    const busy = spawn(process.execPath, [
      "-e",
      "for (const end = Date.now() + 60_000; Date.now() < end; );",
    ]);
    await once(busy, "spawn");
    const before = loads();
    const message = await ask(ann, "/cpu");
    const after = loads();
    busy.kill("SIGKILL");
    const shown = message.text.match(/\d+\.\d\d/g)?.slice(0, 3) ?? [];
    assert.ok(
      [before, after].some((real) => real.every((load, at) => load === shown[at])),
      `load ${shown} is neither ${before} nor ${after}`,
    );
    assert.equal(message.text.match(/core \d+/g)?.length, cpus().length);
    const total = Number(/CPU ([\d.]+)\s%/.exec(message.text)?.[1]);
    assert.ok(total > 1 && total <= 100, `usage ${total}`);
    fitsPhone(message);
  });

  it("/disk shows what df shows", async () => {
    const message = await ask(ann, "/disk");
    const real = df("/");
    const [, size = "", free = ""] = /^\/ · \S+ · (.+)\n.* (\S+\s[KMGT]iB) free$/m.exec(message.text) ?? [];
    near(bytesOf(size), real.size, 0.06 * 1024 ** 3, "size");
    near(bytesOf(free), real.available, 1024 ** 3, "free");
    assert.match(message.text, new RegExp(`^/ · ${real.type} · `, "m"));
    assert.doesNotMatch(message.text, /tmpfs|overlay|squashfs/);
    fitsPhone(message);
  });

  it("/uptime shows since when, as a moment in the reader's own zone", async () => {
    const message = await ask(ann, "/uptime");
    near(moments(message)[0] ?? 0, bootTime(), 2, "boot");
    const minutes = Math.floor(uptime() / 60);
    const shown = value(message, "Up");
    const parts = { d: 1440, h: 60, min: 1 };
    const read = Object.entries(parts).reduce(
      (sum, [unit, size]) => sum + size * Number(new RegExp(`(\\d+)\\s?${unit}`).exec(shown)?.[1] ?? 0),
      0,
    );
    // At most two units are shown, so above a day the minutes are left out.
    near(read, minutes, minutes >= 1440 ? 60 : 1, `"${shown}"`);
  });

  it("/network shows each interface with its totals", async () => {
    const message = await ask(ann, "/network");
    for (const name of interfaces()) {
      const lines = message.text.split("\n");
      const at = lines.findIndex((line) => line.startsWith(`${name} · `));
      assert.ok(at >= 0, `${name} is not in:\n${message.text}`);
      const [, down = ""] =
        /↓ (.+?) ↑/.exec(lines.slice(at).find((line) => line.includes("Since boot")) ?? "") ?? [];
      near(bytesOf(down), received(name), received(name) * 0.06 + 1e6, name);
    }
    fitsPhone(message);
  });

  it("/processes shows who is busy now, odd names as they are", async () => {
    const odd = join(system.folder, "od) d (ж x");
    copyFileSync("/bin/bash", odd);
    const busy = run(odd, ["-c", "while :; do :; done"], {});
    try {
      const message = await ask(ann, "/processes");
      assert.match(message.text, new RegExp(`^└ ${busy.pid} `, "m"));
      assert.match(message.text, /^od\) d \(ж x /m);
      near(Number(/(\d+) processes/.exec(message.text)?.[1]), processCount(), 40, "processes");
      fitsPhone(message);
      const { message: byMemory } = await press(ann, "By memory");
      assert.match(byMemory.text, /Top by memory/);
      assert.equal(byMemory.messageId, message.messageId);
      fitsPhone(byMemory);
      const typed = await ask(ann, "/processes memory web-1");
      assert.match(typed.text, /Top by memory · web-1/);
    } finally {
      await busy.end("SIGKILL");
    }
  });

  it("/temp shows degrees, or says why there are none", async () => {
    const message = await ask(ann, "/temp");
    if (hasSensor()) assert.match(message.text, /-?\d+(\.\d)? °C|no temperature/);
    else assert.match(message.text, /🌡 web-1 shows no temperature/);
    fitsPhone(message);
  });

  it("/ping measures, /status tells facts", async () => {
    const asked = performance.now();
    const ping = await ask(ann, "/ping");
    const all = performance.now() - asked;
    const ms = Number(/([\d.]+) ms/.exec(ping.text)?.[1]);
    assert.ok(ms > 0 && ms <= all, `${ms} ms within ${all} ms`);
    const status = await ask(ann, "/status");
    assert.match(value(status, "State"), /^online since /);
    near(moments(status)[0] ?? 0, Date.now() / 1000, 120, "online since");
    assert.ok(Math.abs(Number(value(status, "Clock off by").replace(" s", ""))) < 2);
    assert.doesNotMatch(status.text, /-0 s/);
    assert.equal(value(status, "Agent"), "0.1.0");
    assert.equal(value(status, "Protocol"), String(PROTOCOL));
    assert.match(value(status, "System"), /Linux/);
    assert.equal(
      value(status, "Allowed actions"),
      "containers.start, containers.stop, containers.restart, containers.logs",
    );
    assert.equal(value(status, "Region"), "home");
    assert.equal(value(status, "Your role"), "owner");
  });

  it("every reading has a Refresh that edits the message in place", async () => {
    for (const command of "temp cpu memory disk uptime processes network status ping".split(" ")) {
      const first = await ask(ann, `/${command}`);
      // Beside it, where something of it is measured over time, the way to its chart.
      const chart = ["status", "ping"].includes(command) ? [] : ["📈"];
      const last = first.buttons.at(-1)?.map(({ text }) => text);
      assert.deepEqual(last, ["🔄 Refresh", ...chart], command);
      // A second later by the hub's clock, so that there is something to edit.
      system.clock.advance(1_000);
      const count = ann.chat.messages.length;
      const { message, notice } = await press(ann, "🔄 Refresh");
      assert.equal(message.messageId, first.messageId, command);
      assert.equal(ann.chat.messages.length, count, `${command}: a new message came`);
      assert.equal(message.text.split("\n")[0], first.text.split("\n")[0], command);
      assert.equal(notice.showAlert, false, command);
    }
  });

  it("/stats is for admins, /debug tells one's own", async () => {
    const stats = await ask(ann, "/stats");
    assert.equal(value(stats, "Servers"), "1 (1 online)");
    assert.equal(value(stats, "People"), "2");
    const debug = await ask(ann, "/debug");
    assert.match(value(debug, "Account"), /telegram:1/);
    assert.match(debug.text, /web-1: [0-9a-f]{12} · owner/);
    assert.doesNotMatch(debug.text, /srv_/);
  });

  it("plain words are understood, wrong ones get the nearest as a button that works", async () => {
    assert.match((await ask(ann, "memory")).text, /Memory · web-1/);
    assert.match((await ask(ann, "/MEMORY@servereye_test_bot web")).text, /Memory · web-1/);
    const wrong = await ask(ann, "/memry web-1");
    assert.match(wrong.text, /“memry”.*\/memory/);
    assert.match((await press(ann, "/memory web-1")).message.text, /Memory · web-1/);
    const server = await ask(ann, "/uptime wbe-1");
    assert.match(server.text, /no server “wbe-1”.*web-1/s);
    assert.match((await press(ann, "web-1")).message.text, /Uptime · web-1/);
    assert.deepEqual(labels(await ask(ann, "/xyzzyplugh")), ["/help"]);
    assert.match((await press(ann, "/help")).message.text, /\/memory/);
  });

  it("names can not break or forge a message", async () => {
    const name = "a-b (c)_1.x";
    await ask(ann, `/rename_server web-1 ${name}`);
    assert.match((await ask(ann, "/memory")).text, /Memory · a-b \(c\)_1\.x/);
    for (const bad of ["<b>x</b>", "12", "x".repeat(41), "&amp;"])
      assert.match((await ask(ann, `/rename_server 1 ${bad}`)).text, /A name is 1 to 40/, bad);
    // What turns the text around is left out of a name.
    assert.equal((await ask(ann, "/rename_server 1 a\u202eb")).text, `✅ ${name} is called ab now.`);
    const echo = await ask(ann, "/memory <b>&lt;</b><a href='x'>");
    assert.match(echo.text, /“<b>&lt;<\/b><a href='x'>”/);
    await ask(ann, "/rename_server 1 web-1");
  });
});

describe("several servers", () => {
  before(async () => {
    await addServer(system, ann, "web-2");
    await addServer(system, ann, "db");
  });
  // Nobody is as quick as this test: the hub would ask for patience.
  beforeEach(() => system.clock.advance(3_000));

  it("asks which, with a button for each that keeps pointing at it", async () => {
    const which = await ask(ann, "/ping");
    assert.deepEqual(labels(which), ["1. web-1", "2. web-2", "3. db"]);
    assert.match((await press(ann, "2. web-2")).message.text, /web-2/);
  });

  it("takes a number, a name, a unique beginning; asks when several begin so", async () => {
    assert.match((await ask(ann, "/ping 3")).text, /🏓 db/);
    assert.match((await ask(ann, "/ping WEB-1")).text, /🏓 web-1/);
    assert.match((await ask(ann, "/ping d")).text, /🏓 db/);
    const several = await ask(ann, "/ping web");
    assert.deepEqual(labels(several), ["1. web-1", "2. web-2"]);
    assert.match((await press(ann, "1. web-1")).message.text, /🏓 web-1/);
  });

  it("offers servers for the other commands as well, and does them for the one pressed", async () => {
    for (const command of ["/remove_server", "/members"])
      assert.deepEqual(labels(await ask(ann, command)), ["1. web-1", "2. web-2", "3. db"], command);
    assert.match((await press(ann, "3. db")).message.text, /👥 db/);
    assert.match((await ask(ann, "/rename_server dbs two words")).text, /no server “dbs”.*db/s);
    assert.match((await press(ann, "3. db")).message.text, /db is called two words now/);
    await ask(ann, '/rename_server "two words" db');
    await ask(ann, "/remove_server web");
    assert.match((await press(ann, "2. web-2")).message.text, /Remove web-2\?/);
    assert.match((await press(ann, "Cancel")).message.text, /Nothing was changed/);
    assert.match((await ask(ann, "/invite web-1 reader")).text, /Roles: viewer reads/);
    await ask(ann, "/invite dbs operator");
    assert.match((await press(ann, "3. db")).message.text, /becomes operator on db/);
  });

  it("/use chooses one, and forgets it", async () => {
    await ask(ann, "/use");
    assert.match((await press(ann, "3. db")).message.text, /I mean db/);
    assert.match((await ask(ann, "/ping")).text, /🏓 db/);
    assert.match((await ask(ann, "/servers")).text, /3\. db: online · chosen/);
    assert.match((await ask(ann, "/use none")).text, /Forgotten/);
    assert.equal(labels(await ask(ann, "/ping")).length, 3);
  });

  it("/servers lists them, and each button asks for its status", async () => {
    const list = await ask(ann, "/servers");
    assert.match(list.text, /3 servers, 3 online/);
    assert.deepEqual(labels(list), ["web-1", "web-2", "db", "🔄 Refresh"]);
    assert.match((await press(ann, "db")).message.text, /Status · db/);
    assert.match((await ask(ann, "/servers web")).text, /2 servers, 2 online/);
  });
});

describe("Russian", () => {
  it("is spoken to whom Telegram says, whole in every answer", async () => {
    await addServer(system, boris, "яблоко");
    assert.match((await ask(boris, "/start")).text, /Здравствуйте, Борис/);
    // Names of units, commands, devices and the words an operating system uses for itself stay as they are.
    for (const command of "help servers cpu memory disk temp network processes uptime ping stats use".split(
      " ",
    )) {
      const message = await ask(boris, `/${command}`);
      assert.match(message.text, /[а-я]/, command);
      assert.doesNotMatch(message.text, /\b(Updated|Used|offline|online|MiB|GiB|free|Load|of)\b/, command);
      fitsPhone(message);
    }
    assert.match((await ask(boris, "/status")).text, /Состояние · яблоко/);
    assert.match((await ask(boris, "/servers")).text, /1 сервер, на связи 1/);
  });

  it("and English again by /language, by word or by button", async () => {
    assert.match((await ask(boris, "/language en")).text, /I speak English/);
    assert.match((await ask(boris, "/ping")).text, /Round trip/);
    await ask(boris, "/language");
    assert.match((await press(boris, "Русский")).message.text, /говорю по-русски/);
    assert.match((await ask(boris, "/ping")).text, /Туда и обратно/);
  });
});
