/** Signatures in place: each job of the web's own cryptography goes to another thread, which costs more than the job. */
import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { type KeyPair, keyPairOf, toBase64Url, type Verify } from "@servereye/contract";

/** What stands before a raw Ed25519 seed in PKCS #8 (RFC 8410 §7). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** The key pair of a 32-byte seed. */
export async function hubSigner(seed: Uint8Array<ArrayBuffer>): Promise<KeyPair> {
  const { publicKey } = await keyPairOf(seed);
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: "der", type: "pkcs8" });
  return { publicKey, sign: async (bytes) => new Uint8Array(sign(null, bytes, key)) };
}

/** A verifier for one raw public key. Rejects when it is none. */
export async function hubVerifier(publicKey: Uint8Array<ArrayBuffer>): Promise<Verify> {
  const jwk = { kty: "OKP", crv: "Ed25519", x: toBase64Url(publicKey) };
  const key = createPublicKey({ key: jwk, format: "jwk" });
  return async (bytes, signature) => verify(null, bytes, key, signature);
}

/** A server's id from its public key, as the contract's `serverIdOf` gives it. */
export const hubServerId = async (publicKey: Uint8Array<ArrayBuffer>): Promise<string> =>
  createHash("sha256").update(publicKey).digest("hex").slice(0, 32);
