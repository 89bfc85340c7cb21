/** Who a server or a hub is: an Ed25519 key pair (RFC 8032) made from 32 random bytes, and what derives from it. */
import { fromHex, randomBytes, sha256, toBase64Url, toHex, utf8 } from "./bytes.ts";

/** `srv_` and 64 hex digits: the seed of a server's key pair. A secret. */
export const SERVER_KEY = /^srv_[0-9a-f]{64}$/;

/** The same, or a shorter one as agents of the Go original may have it: `srv_` and 32 to 64 hex digits. A secret too. */
export const ANY_SERVER_KEY = /^srv_[0-9a-f]{32,64}$/;

/** A public name for a server: 32 hex digits, the first half of SHA-256 over its public key. Not a secret. */
export const SERVER_ID = /^[0-9a-f]{32}$/;

/** Raw Ed25519 sizes, bytes. */
export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** PKCS #8 wrapping of a raw Ed25519 seed (RFC 8410 §7): the fixed bytes before it. */
const PKCS8_PREFIX = fromHex("302e020100300506032b657004220420") ?? new Uint8Array();

export interface KeyPair {
  /** 32 raw bytes. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  sign(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

/** The key pair of a 32-byte seed. */
export async function keyPairOf(seed: Uint8Array<ArrayBuffer>): Promise<KeyPair> {
  if (seed.length !== 32) throw new RangeError("an Ed25519 seed has 32 bytes");
  const pkcs8 = new Uint8Array(PKCS8_PREFIX.length + seed.length);
  pkcs8.set(PKCS8_PREFIX);
  pkcs8.set(seed, PKCS8_PREFIX.length);
  // Extractable only to read the public half from the JWK; the key object never leaves this closure.
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);
  const jwk = await crypto.subtle.exportKey("jwk", key);
  const publicKey = decodeJwk(jwk.x);
  return {
    publicKey,
    sign: async (bytes) => new Uint8Array(await crypto.subtle.sign("Ed25519", key, bytes)),
  };
}

function decodeJwk(x: string | undefined): Uint8Array<ArrayBuffer> {
  const binary = atob((x ?? "").replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

export type Verify = (bytes: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>) => Promise<boolean>;

/** A verifier for one public key, imported once and used many times. */
export async function verifierOf(publicKey: Uint8Array<ArrayBuffer>): Promise<Verify> {
  const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
  return (bytes, signature) => crypto.subtle.verify("Ed25519", key, signature, bytes);
}

/** A new server key: `srv_` + 64 hex. */
export const newServerKey = (): string => `srv_${toHex(randomBytes(32))}`;

/** The seed inside a server key, or undefined when it is not of the form. */
export function seedOf(serverKey: string): Uint8Array<ArrayBuffer> | undefined {
  return SERVER_KEY.test(serverKey) ? fromHex(serverKey.slice(4)) : undefined;
}

/**
 * The seed inside any server key, the original's shorter ones too, or undefined when it is of neither form. A shorter
 * one is no seed by itself: it is hashed together with a label that stands nowhere else.
 */
export async function seedOfAny(serverKey: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!ANY_SERVER_KEY.test(serverKey)) return undefined;
  return seedOf(serverKey) ?? sha256(utf8(`servereye original key 1|${serverKey}`));
}

export async function serverIdOf(publicKey: Uint8Array<ArrayBuffer>): Promise<string> {
  return toHex((await sha256(publicKey)).slice(0, 16));
}

/** Crockford's base 32 without I, L, O and U: what people can read out and type. */
const READABLE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * An agent's nonce: a hash that fixes, before the hub says anything, what goes into the pairing code. `secret`: 32 fresh
 * bytes, shown only with the proof of an agent that wants to be paired.
 */
export async function agentNonceOf(parts: {
  secret: Uint8Array<ArrayBuffer>;
  agentKey: Uint8Array<ArrayBuffer>;
}): Promise<Uint8Array<ArrayBuffer>> {
  const text = [parts.secret, parts.agentKey].map(toBase64Url).join("|");
  return sha256(utf8(`servereye nonce 1|${text}`));
}

/**
 * The pairing code a waiting agent shows: 8 characters (40 bits) of a hash over both keys, the agent's secret and the
 * hub's nonce. Each side works it out from what it saw, it is never sent: somebody in the middle makes the two differ.
 *
 * 40 bits are few: who could choose a part after seeing all others would try until both codes agree (two minutes of
 * one graphics card). Nobody can: towards the hub the secret and the key are fixed by the agent's nonce before the
 * hub's is known, and towards the agent the hub's nonce is fixed before the secret is shown. So each try to get in
 * between succeeds once in 2^40.
 */
export async function pairingCodeOf(parts: {
  agentKey: Uint8Array<ArrayBuffer>;
  hubKey: Uint8Array<ArrayBuffer>;
  secret: Uint8Array<ArrayBuffer>;
  hubNonce: Uint8Array<ArrayBuffer>;
}): Promise<string> {
  const text = [parts.agentKey, parts.hubKey, parts.secret, parts.hubNonce].map(toBase64Url).join("|");
  const hash = await sha256(utf8(`servereye pairing 1|${text}`));
  let code = "";
  for (let i = 0; i < 8; i++) code += READABLE[(hash[i] ?? 0) & 31];
  return code;
}

/** A typed pairing code as compared: upper case, no dashes or spaces, look-alikes folded. */
export function foldPairingCode(typed: string): string {
  return typed
    .toUpperCase()
    .replaceAll(/[\s-]/g, "")
    .replaceAll("O", "0")
    .replaceAll(/[IL]/g, "1")
    .replaceAll("U", "V");
}
