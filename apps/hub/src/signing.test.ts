/** Signing in place agrees with the web's own cryptography, which agents use. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { keyPairOf, serverIdOf, verifierOf } from "@servereye/contract";
import fc from "fast-check";
import { hubServerId, hubSigner, hubVerifier } from "./signing.ts";

const seed = (): Uint8Array<ArrayBuffer> => new Uint8Array(randomBytes(32));

test("what one signs the other verifies, byte for byte the same", async () => {
  const bytes = seed();
  const [ours, web] = [await hubSigner(bytes), await keyPairOf(bytes)];
  assert.deepEqual(ours.publicKey, web.publicKey);
  const [ourVerify, webVerify] = [await hubVerifier(web.publicKey), await verifierOf(ours.publicKey)];
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (text) => {
      const message = new Uint8Array(text);
      const signature = await ours.sign(message);
      assert.deepEqual(signature, await web.sign(message));
      assert.equal(await ourVerify(message, signature), true);
      assert.equal(await webVerify(message, signature), true);
    }),
    { numRuns: 50 },
  );
});

test("a server has the same id by both", async () => {
  const key = seed();
  assert.equal(await hubServerId(key), await serverIdOf(key));
});

test("any other signature or text is refused by both alike", async () => {
  const key = await hubSigner(seed());
  const [ourVerify, webVerify] = [await hubVerifier(key.publicKey), await verifierOf(key.publicKey)];
  const message = new TextEncoder().encode("restart web-1");
  const good = await key.sign(message);
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const bad = good.slice();
      bad[at] = (bad[at] ?? 0) ^ flip;
      assert.equal(await ourVerify(message, bad), false);
      assert.equal(await webVerify(message, bad), false);
    }),
    { numRuns: 50 },
  );
  for (const length of [0, 1, 63, 65]) assert.equal(await ourVerify(message, new Uint8Array(length)), false);
  assert.equal(await ourVerify(new TextEncoder().encode("restart web-2"), good), false);
  await assert.rejects(async () => hubVerifier(new Uint8Array(31)));
});
