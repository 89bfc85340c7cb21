/** Variables of a container that came where nobody waits for them: taken away, shown nowhere and kept nowhere. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chatEngine } from "../room.test-code.ts";

let engine: Awaited<ReturnType<typeof chatEngine>>;
before(async () => {
  engine = await chatEngine();
});
after(() => engine.close());

for (const typed of [
  "/create_contaner nginx -e TOKEN=hunter2-and-more",
  "create_container nginx -e TOKEN=hunter2-and-more",
  "/create nginx --env TOKEN hunter2-and-more",
  // The question it answers is over.
  "TOKEN=hunter2-and-more",
  "-e TOKEN=hunter2-and-more",
])
  test(`“${typed}”`, async () => {
    const room = await engine.room();
    const ann = await room.person();
    await room.server(ann, "attic");
    const kept: unknown[] = [];
    const { save } = room.store.buttons;
    room.store.buttons.save = (rows) => {
      kept.push(...rows);
      return save(rows);
    };
    const shown = await ann.write(typed);
    assert.ok(shown, "the person is told something");
    assert.equal(room.removed.length, 1, "the message is taken away");
    const said = JSON.stringify([...room.messages.values(), room.notices, room.log.events]);
    assert.doesNotMatch(said, /hunter2/);
    assert.doesNotMatch(JSON.stringify(kept), /hunter2/);
  });

test("what holds no value is answered as before", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "attic");
  const shown = await ann.write("/create_contaner nginx");
  assert.deepEqual(room.removed, []);
  assert.match(JSON.stringify(shown?.view.buttons), /create_container nginx/);
});
