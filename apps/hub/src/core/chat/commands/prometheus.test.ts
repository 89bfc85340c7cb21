/** /prometheus: what its token reads, for whom, for how long, and how often. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Fault, type FaultCode } from "@servereye/contract";
import { createScrapes } from "../../history/scrape.ts";
import type { Scrapes } from "../../ports/scrape.ts";
import { chatEngine, type Room, type Shown } from "../room.test-code.ts";

let engine: Awaited<ReturnType<typeof chatEngine>>;
before(async () => {
  engine = await chatEngine();
});
after(() => engine.close());

const tokenIn = (shown: Shown | undefined): string => {
  const [token, again] = shown?.text.match(/sep_[\w-]+/g) ?? [];
  assert.ok(token !== undefined && token === again, shown?.text);
  return token;
};
const faultOf = (code: FaultCode) => (error: unknown) => error instanceof Fault && error.code === code;

function scrapesOf(room: Room): Scrapes {
  const { clock, store } = room;
  const latest = async (ids: readonly string[]) =>
    ids.map((serverId) => ({ serverId, series: { key: "cpu.usage" }, at: clock.now(), value: 7 }));
  return createScrapes({ tokens: store.scrapeTokens, people: store.people, history: { latest }, clock });
}

test("a token reads what its person may see at that moment, and nothing after it was ended", async () => {
  const room = await engine.room();
  const [ann, bob] = [await room.person("Ann"), await room.person("Bob")];
  const [web, db] = [await room.server(ann, "web"), await room.server(ann, "db")];
  await room.store.servers.grant(web.id, bob.id, "viewer");
  const scrapes = scrapesOf(room);
  const shown = await bob.write("/prometheus");
  assert.match(
    shown?.text ?? "",
    /http_sd_configs:\n {2}- url: https:\/\/hub\.example\/api\/v1\/prometheus\/targets/,
  );
  const token = tokenIn(shown);
  assert.deepEqual(
    (await scrapes.targets(token, "a")).map(({ name }) => name),
    ["web"],
  );
  const { server, values } = await scrapes.read(token, web.id, "a");
  assert.deepEqual([server.name, values.map(({ value }) => value)], ["web", [7]]);
  await assert.rejects(scrapes.read(token, db.id, "a"), faultOf("SERVER_UNKNOWN"));
  await room.store.servers.grant(db.id, bob.id, "viewer");
  assert.equal((await scrapes.targets(token, "a")).length, 2);
  await room.store.servers.revoke(web.id, bob.id);
  await assert.rejects(scrapes.read(token, web.id, "a"), faultOf("SERVER_UNKNOWN"));
  // Of one server alone; another of the same takes its place.
  const [first, second] = [
    tokenIn(await ann.write("/prometheus web")),
    tokenIn(await ann.write("/prometheus web")),
  ];
  await assert.rejects(scrapes.read(first, web.id, "a"), faultOf("TOKEN_INVALID"));
  assert.equal((await scrapes.read(second, web.id, "a")).server.name, "web");
  await assert.rejects(scrapes.read(second, db.id, "a"), faultOf("SERVER_UNKNOWN"));
  assert.match((await ann.write("/prometheus off"))?.text ?? "", /works no more/);
  await assert.rejects(scrapes.read(second, web.id, "a"), faultOf("TOKEN_INVALID"));
  assert.equal((await scrapes.targets(token, "a")).length, 1, "another person's goes on");
  assert.match((await ann.write("/prometheus off"))?.text ?? "", /no token/);
  const noted = await room.store.audit.recent({ limit: 20 });
  assert.ok(noted.some(({ what, on }) => what === "prometheus.token" && on === web.id));
  assert.doesNotMatch(JSON.stringify([noted, room.log]), /sep_/);
});

test("it is shown in no group, and to nobody without a server", async () => {
  const room = await engine.room();
  const ann = await room.person("Ann");
  assert.doesNotMatch((await ann.write("/prometheus"))?.text ?? "", /sep_/);
  await room.server(ann, "web");
  const group = await ann.write("/prometheus web", { chatId: "-5", kind: "group" });
  assert.match(group?.text ?? "", /in private/);
  assert.match((await ann.write("/prometheus nowhere"))?.text ?? "", /nowhere/);
});

test("scraping too often and guessing are limited, each by itself", async () => {
  const room = await engine.room();
  const ann = await room.person("Ann");
  const [web, db] = [await room.server(ann, "web"), await room.server(ann, "db")];
  const scrapes = scrapesOf(room);
  const token = tokenIn(await ann.write("/prometheus"));
  for (let n = 0; n < 5; n++) await scrapes.read(token, web.id, "a");
  await assert.rejects(scrapes.read(token, web.id, "a"), faultOf("RATE_LIMITED"));
  await scrapes.read(token, db.id, "a");
  room.clock.turn(1_000);
  await scrapes.read(token, web.id, "a");
  const guess = (n: number) => scrapes.read(`sep_${"x".repeat(20)}${n}`, web.id, "b");
  for (let n = 0; n < 10; n++) await assert.rejects(guess(n), faultOf("TOKEN_INVALID"));
  await assert.rejects(guess(10), faultOf("RATE_LIMITED"));
  await scrapes.read(token, db.id, "a");
  room.clock.turn(60_001);
  await assert.rejects(guess(11), faultOf("TOKEN_INVALID"));
});
