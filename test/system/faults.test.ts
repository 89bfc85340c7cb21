/** What breaks in a life: the hub killed under traffic, agents killed and stopped, the database killed, Telegram ill. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Health } from "@servereye/contract";
import type { Actor } from "../telegram/actor.ts";
import type { Agent } from "./agents.ts";
import { PATIENCE_MS } from "./process.ts";
import { type ApartSystem, ask, assertSecretsKept, openApart, press, reply } from "./system.ts";

let system: ApartSystem;
let agent: Agent;
let ann: Actor;
const crowd: Actor[] = [];

before(async () => {
  system = await openApart({ env: { SERVEREYE_ADMINS: "1", SERVEREYE_REGISTRATION: "open" } });
  const hub = await system.startHub();
  agent = system.startAgent("web-1", { url: hub.agentUrl, hubKey: hub.hubKey, enrol: hub.enrol });
  await hub.ready;
  system.secrets.add(agent.key());
  const { control } = system.emulator;
  ann = control.person({ id: 1, firstName: "Ann" });
  for (let id = 11; id <= 16; id++) {
    const person = control.person({ id, firstName: `Person ${id}` });
    const { text } = await ask(ann, "/invite web-1 viewer");
    const secret = /start=(inv_\S+)/.exec(text)?.[1] ?? "";
    system.secrets.add(secret.slice(4));
    assert.match((await ask(person, `/start ${secret}`)).text, /You are in/);
    crowd.push(person);
  }
});
after(() => system.close());

/** Asks until the answer is one that `fits`; each try waits for its answer. */
async function until(person: Actor, text: string, fits: RegExp): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask(person, text);
    if (fits.test(answer.text)) return;
    assert.ok(Date.now() < end, `never ${fits}, at last: ${answer.text}`);
  }
}

/** Live children of a process. */
function childrenOf(parent: number): number[] {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const [, ppid] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
      return Number(ppid) === parent ? [Number(pid)] : [];
    } catch {
      // It ended while being looked at.
      return [];
    }
  });
}

async function health(): Promise<{ status: number; body: Health }> {
  const response = await fetch(`${system.hub().url}/health`);
  return { status: response.status, body: Health.parse(await response.json()) };
}

/** The process of the private database; 0 while there is none. */
function postmaster(): number {
  try {
    return Number(readFileSync(join(system.folder, "data/postgres/postmaster.pid"), "utf8").split("\n")[0]);
  } catch {
    // It is being started anew.
    return 0;
  }
}

/**
 * Resolves when all is well again, with another postmaster than the dead one: its other processes outlive it for a
 * moment. Asking the bot meanwhile would be answered at once, and soon be too fast for it.
 */
async function healthy(dead = 0): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while ([0, dead].includes(postmaster()) || (await health()).status !== 200) {
    assert.ok(Date.now() < end);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Each message has a mark that its answer repeats, so that answers can be told apart and counted. */
function traffic(name: string) {
  const marks = new Map<string, Actor>();
  const mark = (person: Actor, round: number) => `${name}-${person.id}-${round}`;
  const answers = (text: string, person: Actor): number =>
    person.chat.messages.filter((message) => message.from.bot && message.text.includes(`“${text}”`)).length;
  return {
    write(round: number) {
      for (const person of crowd) {
        marks.set(mark(person, round), person);
        person.write(`/ping ${mark(person, round)}`);
      }
    },
    /** Resolves when everybody has the answer to this round. */
    async answered(round: number, persons: readonly Actor[] = crowd): Promise<void> {
      for (const person of persons)
        await reply(person.chat, ({ text }) => text.includes(`“${mark(person, round)}”`));
    },
    /** How often each mark was answered. */
    counts: () => [...marks].map(([text, person]) => ({ text, count: answers(text, person) })),
    /** Rounds in the order in which a person was answered first. */
    order(person: Actor): number[] {
      const pattern = new RegExp(`“${name}-\\d+-(\\d+)”`, "g");
      const all = person.chat.messages.flatMap(({ from, text }) =>
        from.bot ? [...text.matchAll(pattern)].map((match) => Number(match[1])) : [],
      );
      return [...new Set(all)];
    },
  };
}

describe("the hub is killed under traffic and started again", () => {
  it("answers everything, loses no agent, and keeps its buttons", async () => {
    const before = await ask(ann, "/ping");
    const lines = agent.process.lines();
    const { write, answered, counts, order } = traffic("lost");
    for (let round = 1; round <= 10; round++) write(round);
    // In the midst of it: the last one's third is answered, much is on its way.
    await answered(3, crowd.slice(-1));
    await system.hub().process.end("SIGKILL");
    const atKill = new Map(crowd.map((person) => [person.id, order(person)]));
    assert.ok(
      counts().some(({ count }) => count === 0),
      "all was answered before the kill: the test shows nothing",
    );
    for (let round = 11; round <= 14; round++) write(round);

    const hub = await system.startHub();
    await hub.ready;
    await agent.connected(lines);
    await answered(14);
    assert.deepEqual(
      counts().filter(({ count }) => count === 0),
      [],
      "never answered",
    );
    // Said twice is only what was said just before the kill and not yet noted as done: the end of each one's list.
    for (const person of crowd) {
      const before = atKill.get(person.id) ?? [];
      const again = counts()
        .filter(({ text, count }) => text.startsWith(`lost-${person.id}-`) && count > 1)
        .map(({ text, count }) => ({ round: Number(text.split("-").at(-1)), count }));
      assert.ok(again.every(({ count }) => count === 2));
      assert.ok(again.length <= 4, `${again.length} twice`);
      assert.deepEqual(
        again.map(({ round }) => round),
        before.slice(before.length - again.length),
      );
    }
    for (const person of crowd)
      assert.deepEqual(
        order(person),
        Array.from({ length: 14 }, (_, at) => at + 1),
      );

    ann.chat.readAll();
    ann.press("🔄 Refresh", { messageId: before.messageId });
    const refreshed = await reply(ann.chat, ({ messageId }) => messageId === before.messageId);
    assert.match(refreshed.text, /🏓 web-1/);
  });

  it("stopped in the midst of traffic it loses nothing and says nothing twice", async () => {
    const { write, answered, counts, order } = traffic("stop");
    for (let round = 1; round <= 8; round++) write(round);
    await answered(2, crowd.slice(-1));
    assert.equal(await system.hub().process.end("SIGTERM"), 0);
    for (let round = 9; round <= 10; round++) write(round);
    const lines = agent.process.lines();
    const hub = await system.startHub();
    await agent.connected(lines);
    await hub.ready;
    await answered(10);
    assert.deepEqual(
      counts().filter(({ count }) => count !== 1),
      [],
    );
    for (const person of crowd)
      assert.deepEqual(
        order(person),
        Array.from({ length: 10 }, (_, at) => at + 1),
      );
  });

  it("a duplicated update acts once", async () => {
    const written = ann.write("/ping twice");
    await reply(ann.chat, ({ text }) => text.includes("“twice”"));
    for (let n = 0; n < 5; n++) system.emulator.control.redeliver(written.updateId);
    await ask(ann, "/ping after");
    assert.equal(
      ann.chat.messages.filter(({ from, text }) => from.bot && text.includes("“twice”")).length,
      1,
    );
  });
});

describe("an agent", () => {
  it("that is killed is offline at once, with since when, and comes back", async () => {
    const killed = Date.now();
    await agent.process.end("SIGKILL");
    await until(ann, "/ping", /web-1 is offline/);
    const took: number[] = [];
    for (let n = 0; n < 7; n++) {
      const began = performance.now();
      const { text, html } = await ask(ann, "/memory");
      took.push(performance.now() - began);
      assert.match(text, /🔴 web-1 is offline\. Last seen/);
      const since = Number(/<tg-time unix="(\d+)"/.exec(html)?.[1]);
      assert.ok(Math.abs(since - killed / 1000) <= 15, `since ${since}, killed at ${killed / 1000}`);
    }
    const [median = Number.NaN] = took.toSorted((a, b) => a - b).slice(3);
    assert.ok(median < 100, `${took.map(Math.round)} ms`);
    assert.match((await ask(ann, "/status")).text, /🔴 State: offline, last seen/);
    assert.match((await ask(ann, "/servers")).text, /1 server, 0 online/);
    agent = agent.again();
    await agent.connected();
    assert.match((await ask(ann, "/ping")).text, /🏓 web-1/);
  });

  it("that does not answer is named with what was asked and for how long; nobody else waits", async () => {
    agent.process.child.kill("SIGSTOP");
    const { message } = ann.write("/memory");
    const newer = ({ messageId }: { messageId: number }) => messageId > message.messageId;
    const first = await ann.chat.next(newer, { timeoutMs: PATIENCE_MS });
    assert.match(first.text, /⏳ Asking web-1 for memory/);
    const [other] = crowd;
    assert.ok(other !== undefined);
    const began = performance.now();
    assert.match((await ask(other, "/servers")).text, /web-1/);
    assert.ok(performance.now() - began < 1_000, "another person waited");
    const said = await reply(ann.chat, newer);
    assert.equal(said.messageId, first.messageId);
    assert.match(said.text, /web-1 did not answer \/memory within 5 s/);
    agent.process.child.kill("SIGCONT");
    assert.match((await press(ann, "🔄 Refresh")).message.text, /Memory · web-1/);
  });
});

describe("the private database", () => {
  it("is killed, and all goes on by itself", async () => {
    const pid = postmaster();
    process.kill(pid, "SIGKILL");
    const asked = ann.write("/ping");
    const first = await reply(ann.chat, ({ messageId }) => messageId > asked.message.messageId);
    assert.match(first.text, /🏓 web-1|database can not be reached/);
    await healthy(pid);
    await until(ann, "/ping", /🏓 web-1/);
    assert.match((await ask(ann, "/servers")).text, /1 server, 1 online/);
  });

  it("hangs for longer than anybody waits, and no message is lost", async () => {
    const frozen = [postmaster(), ...childrenOf(postmaster())];
    for (const pid of frozen) process.kill(pid, "SIGSTOP");
    const written = ann.write("/ping thawed");
    // The hub gives up on keeping it and handles it all the same. By then the database has it, unread, and will keep it.
    const answer = await reply(ann.chat, ({ messageId }) => messageId > written.message.messageId);
    assert.match(answer.text, /“thawed”|database can not be reached/);
    const end = Date.now() + PATIENCE_MS;
    while ((await health()).status !== 503) assert.ok(Date.now() < end);
    for (const pid of frozen) process.kill(pid, "SIGCONT");
    await healthy();
    await until(ann, "/servers", /1 server, 1 online/);
    assert.ok(ann.chat.messages.filter(({ text }) => text.includes("“thawed”")).length <= 1);
  });

  it("is killed under traffic, and everybody is answered or told", async () => {
    const { write, answered } = traffic("base");
    const said = () => crowd.map(({ chat }) => chat.messages.filter(({ from }) => from.bot).length);
    const before = said();
    for (let round = 1; round <= 6; round++) write(round);
    await answered(2, crowd.slice(-1));
    const pid = postmaster();
    process.kill(pid, "SIGKILL");
    for (let round = 7; round <= 9; round++) write(round);
    await healthy(pid);
    for (const person of crowd) await until(person, "/servers", /1 server, 1 online/);
    write(10);
    await answered(10);
    // Each of ten messages, and at least one /servers, has got a message of its own.
    for (const [at, count] of said().entries()) assert.ok(count - (before[at] ?? 0) >= 11, `person ${at}`);
  });
});

describe("Telegram is ill", () => {
  const faults = () => system.emulator.control.faults;

  it("with 429 it is waited for as long as it says, and the answer comes once", async () => {
    faults().add({ kind: "429", times: 1, method: "sendMessage", retryAfter: 1, chatId: ann.id });
    const [other] = crowd;
    assert.ok(other !== undefined);
    const { message } = ann.write("/ping slow-down");
    assert.match((await ask(other, "/ping")).text, /🏓 web-1/);
    const answer = await reply(ann.chat, ({ messageId }) => messageId > message.messageId);
    assert.ok(answer.sentAt - message.sentAt >= 1_000, "too soon");
    assert.equal(ann.chat.messages.filter(({ text }) => text.includes("“slow-down”")).length, 1);
  });

  it("with 5xx and broken connections answers still come", async () => {
    for (const kind of ["500", "502", "drop"] as const)
      faults().add({ kind, times: 1, method: "sendMessage", chatId: ann.id });
    assert.match((await ask(ann, "/ping hard-way")).text, /“hard-way”/);
    for (const kind of ["502", "drop"] as const) faults().add({ kind, times: 1, method: "getUpdates" });
    assert.match((await ask(ann, "/ping by-poll")).text, /“by-poll”/);
    assert.match((await ask(ann, "/ping by-poll-2")).text, /“by-poll-2”/);
    assert.equal(faults().pending, 0);
  });

  it("an answer whose confirmation is lost comes at most twice", async () => {
    faults().add({ kind: "drop-after", times: 1, method: "sendMessage", chatId: ann.id });
    ann.write("/ping unsure");
    await reply(ann.chat, ({ text }) => text.includes("“unsure”"));
    await ask(ann, "/servers");
    const copies = ann.chat.messages.filter(({ text }) => text.includes("“unsure”")).length;
    assert.ok(copies <= 2, `${copies} times`);
  });

  it("a person who blocks the bot hinders nobody, and is served again later", async () => {
    const blocker = system.emulator.control.person({ id: 50, firstName: "Blocker" });
    await ask(blocker, "/start");
    blocker.write("/servers");
    blocker.block();
    assert.match((await ask(ann, "/ping")).text, /🏓 web-1/);
    blocker.unblock();
    assert.match((await ask(blocker, "/servers")).text, /no servers yet/);
  });

  it("stops within 2 s also while Telegram hangs, and answers after the next start", async () => {
    faults().add({ kind: "delay", times: 1, method: "sendMessage", chatId: ann.id, delayMs: 10_000 });
    const [other] = crowd;
    assert.ok(other !== undefined);
    ann.write("/ping hung");
    // Its message is on its way, and Telegram does not answer.
    while (faults().pending > 0) await ask(other, "/servers");
    const began = performance.now();
    assert.equal(await system.hub().process.end("SIGTERM"), 0);
    assert.ok(performance.now() - began < 2_000, `${Math.round(performance.now() - began)} ms`);
    const lines = agent.process.lines();
    const hub = await system.startHub();
    await agent.connected(lines);
    await hub.ready;
    await reply(ann.chat, ({ text }) => text.includes("“hung”"));
  });

  it("another poller makes it wait, not die", async () => {
    const { url, token } = system.emulator;
    const conflicted = () => system.emulator.control.calls.some(({ code }) => code === 409);
    // Between two polls of the hub there is nothing to get in the way of.
    for (let tries = 0; tries < 20 && !conflicted(); tries++) {
      const stolen = await fetch(`${url}/bot${token}/getUpdates?timeout=0`);
      assert.equal(stolen.status, 200);
      const answer = await ask(ann, `/ping conflict-${tries}`);
      assert.match(answer.text, /“conflict-/);
    }
    assert.ok(conflicted());
    assert.equal((await health()).body.telegram.status, "ok");
  });
});

it("none of the secrets of all this was logged", () => {
  assert.ok(assertSecretsKept(system) > 1_000);
});
