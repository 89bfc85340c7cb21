/** Contract of the episodes: kept once each, due in the chats that want them, held by one hub at a time. */
import assert from "node:assert/strict";
import type { KeptEpisode, MessageKey } from "../../../core/ports/episodes.ts";
import type { Store } from "../../../core/ports/store.ts";
import { aServer, atOnce, type ContractTest, faultOf, NOW, serverId, somebody } from "./world.test-suite.ts";

const CHANNELS = ["telegram", "local"] as const;
const LEASE_MS = 60_000;

export const anEpisode = (more: Partial<KeptEpisode> = {}): KeptEpisode => ({
  ...{ episode: crypto.randomUUID(), revision: 1, kind: "died", container: "web", id: "a".repeat(64) },
  ...{ image: "web:1", up: false, oom: false, restarts: 0, exitCode: 3, at: NOW, opened: NOW },
  ...more,
});

export function episodesContract(test: ContractTest): void {
  const claim = (store: Store, hub: string, most = 100) =>
    store.episodes.claim(hub, CHANNELS, most, LEASE_MS);
  const seat = (store: Store, id: string) =>
    store.hubs.join({ hub: id, region: "", version: "0", broker: true }, [], LEASE_MS);

  async function world(store: Store) {
    const owner = await somebody(store);
    const server = await store.servers.add(aServer(owner.person.id));
    const chat = { channel: "telegram", chatId: owner.account.externalId, kind: "private" } as const;
    return { owner, server, chat };
  }

  test("of a hundred that keep the same revision one does, and one message is due", async (open) => {
    const [one, other] = [await open(), await open()];
    const { server, chat, owner } = await world(one.store);
    const episode = anEpisode({ lines: ["\0", "it's"] });
    const kept = await atOnce(100, (n) =>
      (n % 2 ? one : other).store.episodes.keep(server.id, episode, CHANNELS),
    );
    assert.equal(kept.filter((fresh) => fresh).length, 1);
    const [due, ...more] = await claim(one.store, "h1");
    assert.deepEqual(more, []);
    assert.deepEqual(due, {
      ...{ serverId: server.id, serverName: server.name, episode, chat, messageId: undefined },
      ...{ shown: 0, rang: -1, tries: 0 },
      watcher: { personId: owner.person.id, role: "owner", language: null, chat },
    });
    assert.equal(await one.store.episodes.keep(server.id, { ...episode, kind: "oom" }, CHANNELS), false);
    await assert.rejects(one.store.episodes.keep(serverId(), episode, CHANNELS), faultOf("SERVER_UNKNOWN"));
  });

  test("a message is one hub's until it is shown, its lease ends, or that hub is gone", async (open) => {
    const { store, expire } = await open();
    const { server, chat } = await world(store);
    for (const id of ["h1", "h2"]) await seat(store, id);
    const episode = anEpisode();
    await store.episodes.keep(server.id, episode, CHANNELS);
    const taken = (await atOnce(20, (n) => claim(store, n % 2 ? "h1" : "h2"))).flat();
    assert.equal(taken.length, 1);
    await Promise.all([store.episodes.sweep(0), expire("hubs", "h1"), expire("hubs", "h2")]);
    await seat(store, "h3");
    assert.equal((await claim(store, "h3")).length, 1, "its hub is gone");
    const key: MessageKey = { serverId: server.id, episode: episode.episode, chat };
    const now = { messageId: "7", revision: 1, rang: 1 };
    assert.equal(await store.episodes.shown("h1", key, now), false, "it came too late");
    assert.equal(await store.episodes.shown("h3", key, now), true);
    assert.deepEqual(await claim(store, "h3"), []);
  });

  test("what changes while it is on its way is due again, in the same message, with what was told of its log", async (open) => {
    const { store } = await open();
    const { server, chat } = await world(store);
    const episode = anEpisode({ lines: ["last words"] });
    const key: MessageKey = { serverId: server.id, episode: episode.episode, chat };
    await store.episodes.keep(server.id, episode, CHANNELS);
    await claim(store, "h1");
    const { lines: _, ...silent } = episode;
    await store.episodes.keep(server.id, { ...silent, revision: 4, end: "recovered" }, CHANNELS);
    assert.equal(await store.episodes.keep(server.id, { ...silent, revision: 3 }, CHANNELS), false);
    await store.episodes.shown("h1", key, { messageId: "7", revision: 1, rang: 1 });
    const [due] = await claim(store, "h1");
    assert.deepEqual(
      [due?.messageId, due?.shown, due?.rang, due?.episode.revision, due?.episode.lines],
      ["7", 1, 1, 4, ["last words"]],
    );
    await store.episodes.failed("h1", key, NOW + 1);
    assert.deepEqual(await claim(store, "h1"), [], "not before its time");
    await store.episodes.failed("h1", key, undefined);
    await store.episodes.keep(server.id, { ...silent, revision: 5 }, CHANNELS);
    assert.equal((await claim(store, "h1"))[0]?.tries, 0, "given up until something changes");
  });

  test("owners are told unless they said no, others when they said yes, where they said, once a chat", async (open) => {
    const { store } = await open();
    const { owner, server, chat } = await world(store);
    const [viewer, quiet] = [await somebody(store), await somebody(store)];
    for (const { person } of [viewer, quiet]) await store.servers.grant(server.id, person.id, "viewer");
    const group = { channel: "telegram", chatId: "-100", kind: "group", topic: "5" } as const;
    const told = async () => {
      await store.episodes.keep(server.id, anEpisode(), CHANNELS);
      const due = await claim(store, "h1");
      return due.map((one) => `${one.chat.chatId} ${one.watcher?.language}`).toSorted();
    };
    assert.equal(await store.episodes.watch(owner.person.id, server.id), undefined);
    assert.deepEqual(await told(), [`${chat.chatId} null`]);
    await store.episodes.setWatch(viewer.person.id, server.id, true, { chat: group, language: "ru" });
    assert.deepEqual(await told(), ["-100 ru", `${chat.chatId} null`].toSorted());
    await store.episodes.setWatch(owner.person.id, server.id, true, { chat: group, language: "en" });
    assert.deepEqual(await told(), ["-100 en"], "one message, however many read it there");
    await store.episodes.setWatch(owner.person.id, server.id, false, { chat: group, language: "en" });
    assert.equal(await store.episodes.watch(owner.person.id, server.id), false);
    assert.deepEqual(await told(), ["-100 ru"]);
    await store.servers.revoke(server.id, viewer.person.id);
    assert.deepEqual(await told(), [], "and who is no member any more is not told");
    await assert.rejects(
      store.episodes.setWatch(viewer.person.id, server.id, true, { chat: group, language: null }),
      faultOf("SERVER_UNKNOWN"),
    );
  });

  test("who may not know of the server any more is not to be told what was due; it goes with the server", async (open) => {
    const { store } = await open();
    const { server } = await world(store);
    const viewer = await somebody(store);
    await store.servers.grant(server.id, viewer.person.id, "viewer");
    const chat = { channel: "telegram", chatId: viewer.account.externalId, kind: "private" } as const;
    await store.episodes.setWatch(viewer.person.id, server.id, true, { chat, language: null });
    const episode = anEpisode();
    await store.episodes.keep(server.id, episode, CHANNELS);
    await store.servers.revoke(server.id, viewer.person.id);
    const due = await claim(store, "h1");
    const theirs = due.find((one) => one.chat.chatId === chat.chatId);
    assert.ok(theirs !== undefined && theirs.watcher === undefined);
    await store.servers.remove(server.id);
    assert.deepEqual(await claim(store, "h2"), []);
    await store.episodes.sweep(NOW + 1);
  });

  test("of one server five hundred that are over are kept and as many that are not, the newest, and no other's go", async (open) => {
    const { store } = await open();
    const [{ server }, other] = [await world(store), await world(store)];
    const theirs = anEpisode();
    await store.episodes.keep(other.server.id, theirs, CHANNELS);
    const keep = (all: readonly KeptEpisode[]) =>
      atOnce(all.length, (n) => store.episodes.keep(server.id, all[n] ?? theirs, CHANNELS));
    const some = () => Array.from({ length: 260 }, () => anEpisode());
    // Who was not told that it began is not told that it is over: each begins first.
    for (const begun of [some(), some()]) {
      await keep(begun);
      await keep(begun.map((one) => ({ ...one, revision: 2, end: "recovered" as const })));
    }
    for (const begun of [some(), some()]) await keep(begun);
    const newest = anEpisode();
    await store.episodes.keep(server.id, newest, CHANNELS);
    const due = await claim(store, "h1", 3_000);
    const mine = due.filter(({ serverId }) => serverId === server.id).map(({ episode }) => episode);
    const open500 = mine.filter(({ end }) => end === undefined);
    assert.deepEqual([open500.length, mine.length - open500.length], [500, 500]);
    assert.ok(open500.some(({ episode }) => episode === newest.episode));
    assert.equal(due.length - mine.length, 1);
  });

  test("who asked to be told after it began is not told that it is over", async (open) => {
    const { store } = await open();
    const { owner, server, chat } = await world(store);
    await store.episodes.setWatch(owner.person.id, server.id, false, { chat, language: null });
    const episode = anEpisode();
    await store.episodes.keep(server.id, episode, CHANNELS);
    await store.episodes.setWatch(owner.person.id, server.id, true, { chat, language: null });
    await store.episodes.keep(server.id, { ...episode, revision: 2, end: "recovered" }, CHANNELS);
    assert.deepEqual(await claim(store, "h1"), []);
  });
}
