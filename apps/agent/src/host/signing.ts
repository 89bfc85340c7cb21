/**
 * Signatures in place. The web's own cryptography hands each job to a thread of the pool, and all of those may be
 * waiting for a slow disk: a question must not wait behind them.
 */
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { fromHex, type KeyPair, keyPairOf, toBase64Url, type Verify } from "@servereye/contract";

/** What stands before a raw Ed25519 seed in PKCS #8 (RFC 8410 §7). */
const PKCS8_PREFIX = fromHex("302e020100300506032b657004220420") ?? new Uint8Array();

/** The key pair of a 32-byte seed. */
export async function signerOf(seed: Uint8Array<ArrayBuffer>): Promise<KeyPair> {
  const { publicKey } = await keyPairOf(seed);
  const der = Buffer.concat([PKCS8_PREFIX, seed]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return { publicKey, sign: async (bytes) => new Uint8Array(sign(null, bytes, key)) };
}

/** A verifier for one raw public key. Rejects when it is none. */
export async function verifierInPlace(publicKey: Uint8Array<ArrayBuffer>): Promise<Verify> {
  const jwk = { kty: "OKP", crv: "Ed25519", x: toBase64Url(publicKey) };
  const key = createPublicKey({ key: jwk, format: "jwk" });
  return async (bytes, signature) => verify(null, bytes, key, signature);
}
