/** Several hubs of one bot on a real store: each chat in order, none lost, none twice, whichever hubs come and go. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { needs } from "../../../../../test/engines.ts";
import { startTelegramEmulator } from "../../../../../test/telegram/emulator.ts";
import type { Broker } from "../../core/ports/broker.ts";
import type { Incoming } from "../../core/ports/chat.ts";
import type { Store } from "../../core/ports/store.ts";
import { createMemoryBroker } from "../broker/memory.ts";
import { storesOnPostgres15 } from "../store/contract/fresh.test-suite.ts";
import type { OpenedStore } from "../store/contract/world.test-suite.ts";
import { botFor, echo } from "./bot.test-suite.ts";
import { createIntake } from "./intake.ts";
import { createNews } from "./news.ts";
import {
  collectedLog,
  collectedMetrics,
  givenMembership,
  settle,
  textOf,
  turnedClock,
} from "./turned.test-suite.ts";

const me = { id: 99, username: "eye_bot" };
const TTL = 3_600_000;

function update(id: number, chat: number): unknown {
  const from = { id: chat, is_bot: false, first_name: "A" };
  return {
    update_id: id,
    message: { message_id: id, from, chat: { id: chat, type: "private" }, text: `${id}` },
  };
}

/** What was begun and not ended, and the order of beginnings, over all hubs. */
function ledger() {
  interface Run {
    hub: string;
    chat: string;
    id: number;
    end: () => void;
  }
  const running: Run[] = [];
  const begun: Array<{ hub: string; chat: string; id: number }> = [];
  const broken: string[] = [];
  /** Hubs of which what they had begun may be done again. */
  const excused = new Set<string>();
  const stepOf = new Map<number, number>();
  return {
    running,
    begun,
    broken,
    excused,
    stepOf,
    handlerOf: (hub: string) => ({
      handle: (incoming: Incoming) =>
        new Promise<void>((resolve) => {
          const [chat, id] = [incoming.chat.chatId, Number(textOf(incoming))];
          const beside = running.find((run) => run.chat === chat && !excused.has(run.hub));
          if (beside) broken.push(`${id} at ${hub} beside ${beside.id} at ${beside.hub}`);
          const before = begun.filter((one) => one.chat === chat && !excused.has(one.hub));
          if (before.some((one) => one.id === id)) broken.push(`${id} at ${hub} again`);
          if (before.some((one) => (stepOf.get(one.id) ?? 0) > (stepOf.get(id) ?? 0)))
            broken.push(`${id} at ${hub} after a later one`);
          begun.push({ hub, chat, id });
          const run = {
            hub,
            chat,
            id,
            end: () => {
              running.splice(running.indexOf(run), 1);
              resolve();
            },
          };
          running.push(run);
        }),
    }),
  };
}

async function hubOn(
  store: Store,
  broker: Broker,
  name: string,
  handler: { handle(i: Incoming): Promise<void> },
) {
  const [clock, log, membership] = [turnedClock(), collectedLog(), givenMembership(name)];
  const metrics = collectedMetrics();
  const news = createNews({
    ...{ broker, hub: name, clock, log },
    onUpdates: () => intake.look(),
    onClaim: (from, ids) => intake.claimed(from, ids),
    onRest() {},
  });
  const presses = { arrived() {}, answer: async () => {}, handled() {}, left() {} };
  const intake = createIntake({
    inbox: store.inbox,
    membership,
    news,
    handler,
    presses,
    clock,
    log,
    metrics,
  });
  await store.hubs.join({ hub: name, region: "", version: "", broker: true }, [], TTL);
  await intake.meet(me);
  return { name, intake, membership, clock, log };
}

describe("several hubs", needs("postgres15"), () => {
  const stores = storesOnPostgres15();

  async function opened(): Promise<OpenedStore> {
    return (await stores().opener())();
  }

  test("keep a chat's order, lose none and do none twice, as they come, go, die and freeze", async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant("take"), chat: fc.nat(3), at: fc.nat(9) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("both"), chat: fc.nat(3), at: fc.nat(9) }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant("end"), chat: fc.nat(3), at: fc.nat(9) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("join"), chat: fc.nat(3), at: fc.nat(9) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("hear"), chat: fc.nat(3), at: fc.nat(9) }) },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constantFrom("die", "leave", "freeze"),
          chat: fc.nat(3),
          at: fc.nat(9),
        }),
      },
    );
    let ids = 0;
    let named = 0;
    const { store, expire, close } = await opened();
    const property = fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 24 }), async (steps) => {
      const broker = createMemoryBroker({ log: collectedLog() });
      const book = ledger();
      const given: number[] = [];
      const join = () => {
        const name = `hub-${++named}`;
        return hubOn(store, broker, name, book.handlerOf(name));
      };
      const hubs = [await join(), await join()];
      const gone: typeof hubs = [];
      /** All living hubs learn who lives, one after the other: in between they disagree. */
      const hear = (hub: (typeof hubs)[number], term?: number) =>
        hub.membership.set(
          hubs.map(({ name }) => name),
          term ?? hub.membership.term(),
        );
      for (const hub of hubs) hear(hub);
      const base = ids;
      const take = async (hub: (typeof hubs)[number] | undefined, chat: number, at: number) => {
        const id = ++ids;
        given.push(id);
        book.stepOf.set(id, at);
        await hub?.intake.keep([update(id, base * 10 + chat + 1)]);
      };
      for (const [n, { kind, chat, at }] of steps.entries()) {
        const hub = hubs[at % hubs.length];
        const next = hubs[(at + 1) % hubs.length];
        if (kind === "take") await take(hub, chat, n);
        else if (kind === "both") await Promise.all([take(hub, chat, n), take(next, chat, n)]);
        else if (kind === "end") book.running[at % Math.max(1, book.running.length)]?.end();
        else if (kind === "join") hubs.push(await join());
        else if (kind === "hear" && hub) hear(hub);
        else if (hub && kind === "freeze") {
          // Longer than its seat: others may take over what it has, and it knows of nothing until it wakes.
          book.excused.add(hub.name);
          await expire("hubs", hub.name);
          hub.membership.set(hub.membership.living(), undefined);
          for (const other of hubs) if (other !== hub) other.intake.look();
          await settle();
          await store.hubs.join({ hub: hub.name, region: "", version: "", broker: true }, [], TTL);
          hear(hub, n + 10);
        } else if (hub && hubs.length > 1) {
          book.excused.add(hub.name);
          hubs.splice(hubs.indexOf(hub), 1);
          gone.push(hub);
          hub.intake.abandon();
          if (kind === "die") await expire("hubs", hub.name);
          else await store.hubs.leave(hub.name);
        }
        await settle();
      }
      for (const hub of hubs) hear(hub);
      const done = async () => {
        const states = await Promise.all(hubs.map(({ name }) => store.inbox.waiting(name, [])));
        return states.every(({ own, orphaned }) => own.length === 0 && orphaned.length === 0);
      };
      for (let round = 0; !(await done()); round++) {
        assert.ok(round < 2_000, `not done: ${JSON.stringify(book.running)}`);
        for (const run of [...book.running]) run.end();
        for (const { clock } of hubs) await clock.turn(1_000);
      }
      const seen = new Set(book.begun.map(({ id }) => id));
      assert.deepEqual(
        given.filter((id) => !seen.has(id)),
        [],
      );
      assert.deepEqual(book.broken, []);
      for (const { name, intake } of [...hubs, ...gone]) {
        intake.abandon();
        await store.hubs.leave(name);
      }
    });
    await fc.assert(property, { numRuns: 30, endOnFailure: true });
    await close();
  });

  test("a message that was lost costs a second and nothing else", async () => {
    const { store, close } = await opened();
    const mute: Broker = { ...createMemoryBroker({ log: collectedLog() }), publish: async () => 0 };
    const book = ledger();
    const [one, two] = [
      await hubOn(store, mute, "one", book.handlerOf("one")),
      await hubOn(store, mute, "two", book.handlerOf("two")),
    ];
    for (const { membership } of [one, two]) membership.set(["one", "two"], 1);
    const updates = Array.from({ length: 20 }, (_, n) => update(n + 1, n + 1));
    const kept = await one.intake.keep(updates);
    await settle();
    const ofTwo = updates.length - (kept?.fresh ?? 0);
    assert.ok(ofTwo > 0 && ofTwo < updates.length, "the chats are spread");
    while (book.begun.length < updates.length) await two.clock.turn(1_000);
    assert.equal(book.begun.filter(({ hub }) => hub === "two").length, ofTwo);
    assert.deepEqual(book.broken, []);
    for (const { intake } of [one, two]) intake.abandon();
    await close();
  });

  for (const found of ["before", "after"])
    test(`what was kept and the answer was lost is handled once, when its hub finds it ${found} that`, async () => {
      const { store, close } = await opened();
      const broker = createMemoryBroker({ log: collectedLog() });
      const book = ledger();
      let [cut, away] = [false, false];
      const lossy = async (...asked: Parameters<typeof store.inbox.take>) => {
        const rows = await store.inbox.take(...asked);
        if (!cut) return rows;
        if (found === "before") {
          two.intake.look();
          while (book.begun.length < (rows?.filter(({ owner }) => owner === "two").length ?? 0))
            await settle();
        }
        away = true;
        throw new Error("the connection was lost");
      };
      const waiting: typeof store.inbox.waiting = (...asked) =>
        away ? Promise.reject(new Error("the store is away")) : store.inbox.waiting(...asked);
      const own = { ...store, inbox: { ...store.inbox, take: lossy, waiting } };
      const two = await hubOn(store, broker, "two", book.handlerOf("two"));
      const one = await hubOn(own, broker, "one", book.handlerOf("one"));
      for (const { membership } of [one, two]) membership.set(["one", "two"], 1);
      await settle();
      cut = true;
      const updates = Array.from({ length: 20 }, (_, n) => update(n + 1, n + 1));
      const kept = await one.intake.keep(updates);
      const ofTwo = updates.length - (kept?.fresh ?? 0);
      assert.equal(ofTwo > 0, found === "before");
      // Longer than a claim stands: it is made again each second.
      for (let second = 0; second < 15; second++) for (const { clock } of [one, two]) await clock.turn(1_000);
      // Telegram brings them again until the last was handled.
      await one.intake.keep(updates);
      cut = away = false;
      while (book.running.length > 0) {
        for (const run of [...book.running]) run.end();
        await settle();
      }
      const open = async () => {
        const states = await Promise.all(["one", "two"].map((hub) => store.inbox.waiting(hub, [])));
        return states.some((state) => state.own.length > 0);
      };
      while (await open()) await one.clock.turn(1_000);
      for (let second = 0; second < 15; second++) for (const { clock } of [one, two]) await clock.turn(1_000);
      assert.deepEqual(book.broken, []);
      assert.equal(book.begun.length, updates.length);
      assert.equal(book.begun.filter(({ hub }) => hub === "two").length, ofTwo);
      for (const { intake } of [one, two]) intake.abandon();
      await close();
    });

  test("of two hubs that both could not keep an update one handles it", async () => {
    const { store, close } = await opened();
    const broker = createMemoryBroker({ log: collectedLog() });
    const book = ledger();
    const away = async () => Promise.reject(new Error("the store is away"));
    const hubs = [];
    for (const name of ["one", "two"]) {
      const own = { ...store, inbox: { ...store.inbox, take: away } };
      hubs.push(await hubOn(own, broker, name, book.handlerOf(name)));
    }
    for (const { membership } of hubs) membership.set(["one", "two"], 1);
    await settle();
    await Promise.all(hubs.map(({ intake }) => intake.keep([update(1, 1)])));
    await settle();
    assert.deepEqual(book.begun, [{ hub: "one", chat: "1", id: 1 }]);
    for (const { intake } of hubs) intake.abandon();
    await close();
  });

  test("one polls for all; when it is killed the other does within 8 s, and nothing is lost or done twice", async (t) => {
    const { store, expire, close } = await opened();
    const emulator = await startTelegramEmulator({ limits: false });
    t.after(() => emulator.close());
    const broker = createMemoryBroker({ log: collectedLog() });
    const bot = (name: string) => {
      const membership = givenMembership(name);
      membership.set(["one", "two"], 1);
      const parts = { inbox: store.inbox, leases: store.leases, membership, broker };
      return { ...botFor(t, emulator, echo, parts), membership };
    };
    for (const hub of ["one", "two"])
      await store.hubs.join({ hub, region: "", version: "", broker: true }, [], TTL);
    const persons = Array.from({ length: 12 }, (_, n) =>
      emulator.control.person({ id: n + 1, firstName: `P${n}` }),
    );
    const round = async (text: string) => {
      for (const person of persons) person.write(text);
      for (const person of persons) await person.chat.next((message) => message.text === `got: ${text}`);
    };
    const one = bot("one");
    await one.telegram.start();
    while (!emulator.control.polled) await settle();
    const two = bot("two");
    await two.telegram.start();
    while (two.telegram.status().status !== "ok") await settle();
    await round("/first");
    assert.ok(one.handler.seen.length > 0 && two.handler.seen.length > 0, "both handle");
    assert.equal(one.handler.seen.length + two.handler.seen.length, persons.length);

    // Frozen: it renews nothing. Its poll is called off by itself before the lease can be another's.
    const asked = one.clock.waits().filter((ms) => ms > 0);
    assert.ok(asked.includes(2_000) && asked.includes(5_500));
    const { take } = store.leases;
    store.leases.take = (name, holder, ttl) =>
      holder === "one" ? new Promise(() => {}) : take(name, holder, ttl);
    await one.clock.turn(5_499);
    assert.equal(one.log.events("warn").includes("telegram.leader-over"), false);
    await one.clock.turn(1);
    assert.ok(one.log.events("warn").includes("telegram.leader-over"));
    // Six seconds after it was last renewed, by the database's clock.
    await expire("leases", "telegram");
    await expire("hubs", "one");
    two.membership.set(["two"], 1);
    await two.clock.turn(2_000);
    await two.log.until("telegram.leader");
    await round("/second");
    assert.equal(
      two.handler.seen.filter((incoming) => textOf(incoming) === "/second").length,
      persons.length,
    );
    for (const person of persons)
      assert.deepEqual(
        person.chat.messages.filter(({ from }) => from.bot).map(({ text }) => text),
        ["got: /first", "got: /second"],
      );
    // One that stops gives the lease back at once; the turned clock does not wait for the database to hear of it.
    await two.stop();
    let given: number | undefined;
    for (let tries = 0; given === undefined && tries < 200; tries++)
      given = await take("telegram", "three", 1);
    assert.ok(given);
    await one.stop();
    await close();
  });
});
