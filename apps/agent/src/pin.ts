/** The hub this agent belongs to, kept on disk once it was let in. */
import { SERVER_ID } from "@servereye/contract";
import * as z from "zod/mini";
import type { Disk } from "./disk.ts";
import { StartRefused } from "./key.ts";

export const Pin = z.object({
  /** base64url of the hub's raw public key. */
  hubKey: z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/)),
  serverId: z.string().check(z.regex(SERVER_ID)),
});
export type Pin = z.infer<typeof Pin>;

/** The pinned hub, or undefined before the first welcome. A damaged file is refused: trust is not guessed. */
export async function readPin(disk: Disk, path: string): Promise<Pin | undefined> {
  const text = await disk.read(path);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new StartRefused(`${path} is damaged: delete it and add this server again.`, { cause });
  }
  const parsed = Pin.safeParse(value);
  if (!parsed.success) throw new StartRefused(`${path} is damaged: delete it and add this server again.`);
  return parsed.data;
}

export async function writePin(disk: Disk, path: string, pin: Pin): Promise<void> {
  await disk.replace(path, `${JSON.stringify(pin)}\n`);
}
