/** The server key on disk: made once, readable by nobody else, never logged. */
import { type KeyPair, keyPairOf, newServerKey, seedOf, serverIdOf, toBase64Url } from "@servereye/contract";
import type { Disk, GuardedFile } from "./disk.ts";

/** Who this server is. */
export interface Identity {
  keyPair: KeyPair;
  /** base64url of the raw public key. */
  publicKey: string;
  serverId: string;
}

/** A start that can not go on; the message is one clear line for a person. */
export class StartRefused extends Error {
  override readonly name = "StartRefused";
}

/** Keys here belong to root, and the service's group may read them. */
const SYSTEM_FOLDER = "/etc/servereye/";
const SYSTEM_GROUP = "servereye";

/**
 * Reads the key, making it where there is none. `user` is the number this process runs as; `pairOf` makes the key pair
 * of a seed, by the web's own cryptography unless told.
 * Throws StartRefused when others could read the key, or when what is there is not one.
 */
export async function serverKey(
  disk: Disk,
  path: string,
  user: number,
  pairOf: typeof keyPairOf = keyPairOf,
): Promise<{ identity: Identity; created: boolean }> {
  let created = false;
  let file = await disk.inspect(path);
  if (file === undefined) {
    const shared = user === 0 && path.startsWith(SYSTEM_FOLDER);
    created = await disk.create(path, `${newServerKey()}\n`, shared ? { group: SYSTEM_GROUP } : undefined);
    file = await disk.inspect(path);
  }
  if (file === undefined) throw new StartRefused(`The server key ${path} went away while it was being read.`);
  assertPrivate(path, file, user);
  return { identity: await identityOf(path, file.text.trim(), pairOf), created };
}

function assertPrivate(path: string, file: GuardedFile, user: number): void {
  if (file.owner !== user && file.owner !== 0) {
    throw new StartRefused(
      `The server key ${path} belongs to another user: give it to this one, or to root.`,
    );
  }
  // 640 is right for one place only: root's file that the service's group reads.
  const allowed = path.startsWith(SYSTEM_FOLDER) && file.owner === 0 ? 0o740 : 0o700;
  if ((file.mode & 0o777 & ~allowed) !== 0) {
    const mode = (file.mode & 0o777).toString(8);
    throw new StartRefused(`Others can read or change the server key ${path} (mode ${mode}): chmod 600 it.`);
  }
}

async function identityOf(path: string, text: string, pairOf: typeof keyPairOf): Promise<Identity> {
  const seed = seedOf(text);
  if (seed === undefined) {
    throw new StartRefused(
      `${path} holds no server key ("srv_" and 64 hex digits): delete it to make a new one.`,
    );
  }
  const keyPair = await pairOf(seed);
  return {
    keyPair,
    publicKey: toBase64Url(keyPair.publicKey),
    serverId: await serverIdOf(keyPair.publicKey),
  };
}
