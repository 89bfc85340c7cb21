/** Readings of one container by its name: the right one is asked by its id, several and none are offered as buttons. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Container } from "@servereye/commands/hub";
import { Fault } from "@servereye/contract";
import { chatEngine } from "../room.test-code.ts";

let engine: Awaited<ReturnType<typeof chatEngine>>;
before(async () => {
  engine = await chatEngine();
});
after(() => engine.close());

const of = (at: number, name: string): Container => ({
  ...{ id: `${at}`.repeat(64), name, image: "nginx", state: "running", ports: [] },
});
const WEB = of(1, "web");
const LISTED = [WEB, of(2, "shop-db-1"), of(3, "shop-web-1"), of(4, "web.old")];

async function withThree() {
  const room = await engine.room();
  const ann = await room.person();
  const server = await room.server(ann, "attic");
  const asked: string[] = [];
  room.ask = async ({ command, ask, server: { id } }) => {
    asked.push(`${command.name} ${JSON.stringify(ask)}${id === server.id ? "" : " elsewhere"}`);
    if (command.name === "containers") return { answer: { containers: LISTED, left: 0 }, tookMs: 1 };
    const { container } = ask as { container: string };
    const { id: whole = "", name = "", state = "running" } = LISTED.find((one) => one.id === container) ?? {};
    const subject = { id: whole, name, state };
    const answer = {
      subject,
      by: "cpu",
      processes: [{ pid: 7, name: "nginx", cpu: 1, memory: 1 }],
      total: 1,
    };
    return { answer: { ...answer, intervalMs: 500 }, tookMs: 1 };
  };
  return { room, ann, asked, server };
}

const LIST = 'containers {"brief":true}';
const topOf = (at: number) => `top {"container":"${`${at}`.repeat(64)}"}`;

test("a whole name beats what begins so, a beginning is enough, and Refresh asks the same one by its id", async () => {
  const { ann, asked } = await withThree();
  const shown = await ann.write("/top web");
  assert.match(shown?.text ?? "", /📋 web · attic[\s\S]*1 process/);
  await ann.press(shown, /Refresh|🔄/);
  assert.match((await ann.write("top shop-d attic"))?.text ?? "", /📋 shop-db-1 · attic/);
  assert.deepEqual(asked, [LIST, topOf(1), topOf(1), LIST, topOf(2)]);
});

test("several are offered, none offers the nearest, and each button asks that very one", async () => {
  const { ann, asked } = await withThree();
  const several = await ann.write("/top SHOP");
  assert.match(several?.text ?? "", /Several containers on attic begin with “SHOP”/);
  assert.match((await ann.press(several, /shop-web-1/)).shown?.text ?? "", /📋 shop-web-1 · attic/);
  const none = await ann.write("/top webb");
  assert.match(none?.text ?? "", /Did you mean web\?/);
  assert.match((await ann.press(none, /^web$/)).shown?.text ?? "", /📋 web · attic/);
  assert.deepEqual(asked, [LIST, topOf(3), LIST, topOf(1)]);
});

test("nothing hostile is asked of a server, and without a name it is said how", async () => {
  const { ann, asked } = await withThree();
  assert.match((await ann.write("/inspect"))?.text ?? "", /\/inspect name/);
  for (const bad of ["../x", "a%2eb", "a?b", "-x", "é"])
    assert.match((await ann.write(`/top ${bad}`))?.text ?? "", /no container's name/);
  assert.deepEqual(asked, []);
});

test("with several servers the one is asked for, and then the same container is looked for there", async () => {
  const { room, ann, asked, server } = await withThree();
  const other = await room.server(ann, "cellar");
  const which = await ann.write("/top web");
  const { shown } = await ann.press(which, /cellar/);
  assert.match(shown?.text ?? "", /📋 web · cellar/);
  assert.deepEqual(asked, [`${LIST} elsewhere`, `${topOf(1)} elsewhere`]);
  assert.notEqual(other.id, server.id);
});

test("a server that can not tell its containers says why", async () => {
  const { room, ann } = await withThree();
  room.ask = () => Promise.reject(new Fault("SERVER_OFFLINE", "", { values: { since: 1 } }));
  assert.match((await ann.write("/stats_container web"))?.text ?? "", /attic/);
});
