/** The original's names of channels and streams: each holds the key of the one agent whose it is. */
import { ANY_SERVER_KEY, Fault } from "@servereye/contract";

export type NameKind = "cmd" | "resp" | "heartbeat" | "stream:cmd" | "stream:resp";

export interface Named {
  /** A secret. */
  key: string;
  /** `resp:<key>:<id>`: what is answered. */
  id: string | undefined;
}

const NAME = /^(cmd|resp|heartbeat|stream:cmd|stream:resp):(srv_[0-9a-f]{32,64})(?::([\w.-]{1,128}))?$/i;
const LONGEST = 256;

/**
 * The key in a name of one of these kinds. Fault FRAME_INVALID for what is no name at all (a wildcard, a key that is
 * none), NOT_ALLOWED for one that is not for this. Neither repeats it: it may hold a key.
 */
export function nameOf(value: unknown, ...kinds: readonly NameKind[]): Named {
  const [, kind, key, id] = (typeof value === "string" && value.length <= LONGEST && NAME.exec(value)) || [];
  if (kind === undefined || key === undefined || (id !== undefined && kind !== "resp")) {
    throw new Fault("FRAME_INVALID", "that is no channel or stream of an agent");
  }
  if (!kinds.some((one) => one === kind)) {
    throw new Fault("NOT_ALLOWED", `an agent may use ${kinds.map((one) => `${one}:`).join(", ")} here alone`);
  }
  return { key: key.toLowerCase(), id };
}

/** A key where it stands alone. */
export function keyOf(value: unknown): string {
  const key = typeof value === "string" ? value.trim().toLowerCase() : "";
  if (!ANY_SERVER_KEY.test(key)) throw new Fault("FRAME_INVALID", "that is no server key");
  return key;
}
