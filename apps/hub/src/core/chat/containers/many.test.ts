/** A server with more containers than its agent tells at once: the one that is meant is acted on, though it was left out. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Container } from "@servereye/commands/hub";
import { chatEngine } from "../room.test-code.ts";

let engine: Awaited<ReturnType<typeof chatEngine>>;
before(async () => {
  engine = await chatEngine();
});
after(() => engine.close());

const one = (name: string, digit: string): Container => ({
  ...{ id: digit.repeat(64), name, image: "app", state: "exited", ports: [] },
});
const [OLD, WEB] = [one("web-old", "a"), one("web", "b")];

test("/start_container of a whole name starts no other one that only begins so", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "attic");
  const acted: unknown[] = [];
  let started = false;
  room.ask = async ({ command, ask }) => {
    const { beginning, container, id } = ask as Record<string, string>;
    if (command.name === "start_container") {
      acted.push(id);
      started = true;
      return { answer: { id, name: "web", said: "" }, tookMs: 1 };
    }
    assert.equal(command.name, "containers");
    const web = started ? { ...WEB, state: "running" as const } : WEB;
    const all = [OLD, web].filter(
      ({ name, id: own }) => name.startsWith(beginning ?? "") && own.startsWith(container ?? ""),
    );
    // Of all there is room for one alone.
    const told = beginning === undefined && container === undefined ? all.slice(0, 1) : all;
    return { answer: { containers: told, left: all.length - told.length }, tookMs: 1 };
  };
  const shown = await ann.write("/start_container web");
  assert.deepEqual(acted, [WEB.id]);
  assert.match(shown?.text ?? "", /🟢 up/, "what came of it is read though the list leaves it out");
  assert.doesNotMatch(shown?.text ?? "", /gone|no more|not there/i);
});
