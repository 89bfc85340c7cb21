/** The hub's own key: made once, kept in the store so that all hubs of an installation are one to their agents. */
import { randomBytes } from "node:crypto";
import { fromBase64Url, type KeyPair } from "@servereye/contract";
import type { Settings } from "./core/ports.ts";
import { hubSigner } from "./signing.ts";

/** Whoever can read this row can command the agents within their own policies: the store is part of the trust. */
const SETTING = "hub.seed";

export async function hubKeyPair(settings: Settings): Promise<KeyPair> {
  const kept = await settings.setOnce(SETTING, randomBytes(32).toString("base64url"));
  const seed = fromBase64Url(kept);
  if (seed === undefined || seed.length !== 32)
    throw new Error(
      `the store's setting ${SETTING} is damaged: restore it from a backup, or agents must be enrolled anew`,
    );
  return hubSigner(seed);
}
