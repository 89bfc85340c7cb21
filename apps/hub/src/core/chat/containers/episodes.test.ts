/** People told of containers in trouble: one message each, changed in its place, by whichever hub is there. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Fault } from "@servereye/contract";
import { realChance } from "../../fleet/doubles.test-code.ts";
import { type Body, chatEngine, labels, type Room, settle } from "../room.test-code.ts";
import { createEpisodes } from "./episodes.ts";

const ID = "a".repeat(64);

describe("containers in trouble", { timeout: 120_000 }, () => {
  let engine: Awaited<ReturnType<typeof chatEngine>>;
  before(async () => {
    engine = await chatEngine();
  });
  after(() => engine.close());

  /** A hub's teller in this room. */
  function teller(room: Room, hub = "hub") {
    const { store, clock, log, metrics } = room;
    const made = createEpisodes({
      ...{ store, clock, log, metrics, hub, chance: realChance, port: () => room.port },
      channels: () => ["telegram", "local"],
    });
    return made;
  }

  const told = (room: Room, serverId: string, episode: string, more: object = {}) => ({
    serverId,
    at: room.clock.now(),
    payload: {
      ...{ episode, revision: 1, kind: "died", container: "web", id: ID, image: "nginx:1.27", up: false },
      ...{ exitCode: 137, oom: false, restarts: 0, opened: 1, at: 1, agoMs: 1_500, lastedMs: 0 },
      ...{ lines: ["GET /", "<b>boom</b>"] },
      ...more,
    },
  });
  const shownTo = (room: Room, body: Body) =>
    [...room.messages.values()].filter(({ chatId }) => chatId === body.account.externalId);
  /** Resolves when so many messages or edits were shown. */
  async function until(so: () => boolean): Promise<void> {
    while (!so()) await settle();
  }

  test("the owner gets one message, which changes in its place and says that it is over", async () => {
    const room = await engine.room();
    const owner = await room.person();
    const server = await room.server(owner, "web-1");
    const hub = teller(room);
    hub.start();
    const episode = crypto.randomUUID();
    await Promise.all([1, 2, 3].map(() => hub.take(told(room, server.id, episode))));
    await until(() => shownTo(room, owner).length === 1);
    const [message] = shownTo(room, owner);
    assert.match(message?.text ?? "", /🔴 web died/);
    assert.match(message?.text ?? "", /Server: web-1/);
    assert.match(message?.text ?? "", /Exit code: 137: killed/);
    assert.match(message?.text ?? "", /<b>boom<\/b>/);
    assert.deepEqual(labels(message), ["📦 Card", "📜 Logs", "▶ Start", "🔕 Off for this server"]);
    await hub.take(told(room, server.id, episode, { revision: 2, up: true }));
    await until(() => shownTo(room, owner)[0]?.revision === 2);
    const end = { revision: 3, up: true, end: "recovered", lines: undefined };
    await hub.take(told(room, server.id, episode, end));
    await until(() => shownTo(room, owner)[0]?.revision === 3);
    assert.match(shownTo(room, owner)[0]?.text ?? "", /🟢 web is well again/);
    assert.equal(shownTo(room, owner).length, 1);
    await hub.stop();
  });

  test("what got worse rings by one short word besides, and no more", async () => {
    const room = await engine.room();
    const owner = await room.person();
    const server = await room.server(owner, "web-1");
    const hub = teller(room);
    hub.start();
    const episode = crypto.randomUUID();
    await hub.take(told(room, server.id, episode));
    await until(() => shownTo(room, owner).length === 1);
    for (const revision of [2, 3]) {
      await hub.take(told(room, server.id, episode, { revision, kind: "looping", restarts: revision }));
      await until(() => shownTo(room, owner)[0]?.revision === revision);
    }
    await hub.stop();
    const [, word, ...more] = shownTo(room, owner);
    assert.deepEqual([word?.text, more], ["🔁 web restarts in a loop\nweb-1", []]);
  });

  test("a hub that dies, or a channel that is away, leaves it to the next; nobody is told twice", async () => {
    const room = await engine.room();
    const owner = await room.person();
    const server = await room.server(owner, "web-1");
    const [one, other] = [teller(room, "one"), teller(room, "other")];
    for (const hub of ["one", "other"])
      await room.store.hubs.join({ hub, region: "", version: "0", broker: true }, [], 600_000);
    // The first takes the event and dies before it shows anything.
    const episode = crypto.randomUUID();
    await one.take(told(room, server.id, episode));
    const { send } = room.port;
    let refused = 0;
    room.port.send = async (...args) => {
      if (refused++ > 0) return send(...args);
      throw new Fault("CHANNEL_UNREACHABLE", "no way out");
    };
    other.start();
    await until(() => room.log.events.some(({ event }) => event === "episode.untold"));
    await settle();
    one.start();
    while (shownTo(room, owner).length === 0) {
      room.clock.turn(5_000);
      await settle();
    }
    for (let n = 0; n < 5; n++) {
      room.clock.turn(5_000);
      await settle();
    }
    await Promise.all([one.stop(), other.stop()]);
    assert.deepEqual([refused, shownTo(room, owner).length, shownTo(room, owner)[0]?.revision], [2, 1, 1]);
  });

  test("/watch_containers is each member's own, and ends with the membership", async () => {
    const room = await engine.room();
    const [owner, viewer] = [await room.person("Ann"), await room.person("Bob")];
    const server = await room.server(owner, "web-1");
    await room.store.servers.grant(server.id, viewer.id, "viewer");
    const hub = teller(room);
    hub.start();
    assert.match((await viewer.write("/watch_containers"))?.text ?? "", /You are not told/);
    assert.match((await viewer.write("/watch_containers on web-1"))?.text ?? "", /You are told when/);
    assert.match((await owner.write("/watch_containers"))?.text ?? "", /You are told when/);
    const off = await owner.write("/watch_containers off");
    assert.match(off?.text ?? "", /not told of the containers of web-1 any more/);
    const before = room.messages.size;
    await hub.take(told(room, server.id, crypto.randomUUID()));
    await until(() => room.messages.size > before);
    const [alarm] = shownTo(room, viewer).slice(-1);
    assert.match(alarm?.text ?? "", /web died/);
    assert.deepEqual(
      labels(alarm),
      ["📦 Card", "📜 Logs", "🔕 Off for this server"],
      "a viewer acts on nothing",
    );
    assert.equal(room.messages.size, before + 1, "its owner said no");
    for (const label of ["📦 Card", "📜 Logs"]) {
      const { shown } = await viewer.press(alarm, label);
      assert.notEqual(shown?.messageId, alarm?.messageId, `${label} leaves the alarm where it is`);
    }
    const pressed = await viewer.press(alarm, "🔕 Off for this server");
    assert.equal(shownTo(room, viewer).find(({ messageId }) => messageId === alarm?.messageId)?.revision, 1);
    assert.match(pressed.shown?.text ?? "", /any more/);
    assert.equal(await room.store.episodes.watch(viewer.id, server.id), false);
    await hub.stop();
    assert.match((await room.stranger().write("/watch_containers on"))?.text ?? "", /./);
  });

  test("what is no episode is not kept, whatever an agent tells", async () => {
    const room = await engine.room();
    const server = await room.server(await room.person(), "web-1");
    const hub = teller(room);
    for (const more of [
      { episode: "1" },
      { container: "../x" },
      { revision: 0 },
      { lines: Array(21).fill("x") },
    ])
      await assert.rejects(
        hub.take(told(room, server.id, crypto.randomUUID(), more)),
        (error: unknown) => error instanceof Fault && error.code === "INVALID_COMMAND",
      );
  });
});
