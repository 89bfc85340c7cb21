/** An image of several names goes name by name: one that has moved to another image in between is not taken. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EngineCall } from "../docker/engine.ts";
import { hostWith } from "../docker/plain-engine.test-code.ts";
import { pruneAll } from "./remove.ts";

const OLD = `sha256:${"a".repeat(64)}`;
const NEW = `sha256:${"b".repeat(64)}`;

/** An engine with an image of three names; `meanwhile` comes after its first removal. */
function around(meanwhile: (tags: Map<string, string>) => void) {
  const tags = new Map([
    ["app:1", OLD],
    ["app:2", OLD],
    ["app:3", OLD],
  ]);
  const removed: string[] = [];
  const namesOf = (id: string) => [...tags].flatMap(([tag, of]) => (of === id ? [tag] : []));
  const call = async ({ route, path }: EngineCall) => {
    const { image = "" } = path ?? {};
    if (route === "image.remove") {
      removed.push(image);
      for (const tag of image === OLD ? namesOf(OLD) : [image]) tags.delete(tag);
      if (removed.length === 1) meanwhile(tags);
    }
    const one = (Id: string) => ({ Id, RepoTags: namesOf(Id), Created: 1, Size: 1 });
    const there = [OLD, NEW].map(one).filter(({ RepoTags }) => RepoTags.length > 0);
    return { status: 200, body: route === "images.list" ? there : [] };
  };
  const none = async () => assert.fail("nothing is streamed");
  return { removed, tags, host: hostWith({ call, stream: none, read: none }) };
}

const prune = (host: ReturnType<typeof around>["host"]) =>
  pruneAll(
    host,
    {
      ...{ job: crypto.randomUUID(), containers: [], networks: [] },
      images: [{ id: OLD, names: ["app:1", "app:2", "app:3"] }],
    },
    () => undefined,
  );

test("all but the last go by name, and that one by the image's id", async () => {
  const { removed, host } = around(() => undefined);
  assert.equal((await prune(host)).removed.images, 1);
  assert.deepEqual(removed, ["app:1", "app:2", OLD]);
});

test("a name that has moved to another image stays with it", async () => {
  const { removed, tags, host } = around((all) => all.set("app:2", NEW));
  assert.equal((await prune(host)).removed.images, 1);
  assert.deepEqual(removed, ["app:1", OLD]);
  assert.deepEqual([...tags], [["app:2", NEW]]);
});

test("one that got a name nobody was shown stays", async () => {
  const { removed, host } = around((all) => all.set("app:latest", OLD));
  const { kept } = await prune(host);
  assert.deepEqual([kept[0]?.why, removed], ["changed", ["app:1"]]);
});
