/** A pull ends whatever its engine says: words that tell nothing, and layers without end, are no progress. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Engine } from "./engine.ts";
import { MOST_LAYERS } from "./layers.ts";
import { hostWith } from "./plain-engine.test-code.ts";
import { pullImage, QUIET_MS } from "./pulling.ts";

/** Each word of the engine takes a second. */
async function pulled(word: (n: number) => unknown) {
  let now = 0;
  let layers = 0;
  const engine: Engine = {
    call: async () => assert.fail("it never ends well"),
    read: async () => assert.fail("it is streamed"),
    async stream() {
      return (async function* () {
        for (let n = 0; n < 5_000; n++) {
          now += 1_000;
          yield new TextEncoder().encode(`${JSON.stringify(word(n))}\n`);
        }
      })();
    },
  };
  const plain = hostWith(engine);
  const docker = { ...plain.docker, registryAuth: async () => ({ kept: "none" as const }) };
  const host = { ...plain, monotonic: () => now, docker };
  const asked = pullImage(host, "app:1", (told) => {
    layers = told.count;
  });
  await assert.rejects(asked, { code: "IMAGE_UNAVAILABLE" });
  return { now, layers };
}

test("words that tell nothing", async () => {
  const { now } = await pulled((n) => n);
  assert.ok(now <= QUIET_MS + 2_000, `${now}`);
});

test("layers without end", async () => {
  let at = 0;
  const { layers } = await pulled((n) => {
    at = n;
    return { id: n.toString(16).padStart(12, "0"), status: "Waiting" };
  });
  assert.ok(at < 1_000, "no longer than a pull may take");
  assert.ok(layers <= MOST_LAYERS);
});
