/** The hub's own key: made once, kept in the store so that all hubs of an installation are one to their agents. */
import { hkdfSync, randomBytes } from "node:crypto";
import { fromBase64Url, type KeyPair } from "@servereye/contract";
import type { Settings } from "./core/ports/store.ts";
import { hubSigner } from "./signing.ts";

/** Whoever can read this row can command the agents within their own policies: the store is part of the trust. */
const SETTING = "hub.seed";

export async function hubKeyPair(settings: Settings): Promise<KeyPair> {
  return hubSigner(await seedIn(settings));
}

/**
 * The key with which what passes through the broker is sealed, 32 bytes: the same for all hubs, and derived (HKDF,
 * RFC 5869) so that it tells nothing of the seed.
 */
export async function brokerKey(settings: Settings): Promise<Uint8Array> {
  return new Uint8Array(hkdfSync("sha256", await seedIn(settings), "", "servereye broker seal 1", 32));
}

async function seedIn(settings: Settings): Promise<Uint8Array<ArrayBuffer>> {
  const kept = await settings.setOnce(SETTING, randomBytes(32).toString("base64url"));
  const seed = fromBase64Url(kept);
  if (seed === undefined || seed.length !== 32)
    throw new Error(
      `the store's setting ${SETTING} is damaged: restore it from a backup, or agents must be enrolled anew`,
    );
  return seed;
}
