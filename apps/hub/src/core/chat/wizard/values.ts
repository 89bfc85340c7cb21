/** The values of a container to be made, each read from what a person typed in the terms of `docker run`. */
import {
  type CreatePort,
  type CreateVariable,
  type CreateVolume,
  FolderPath,
  ImageReference,
  NewName,
  RESTARTS,
} from "@servereye/commands/hub";

export type Restart = (typeof RESTARTS)[number];

/** A value, or the id and values of the words that say what is right. */
export type Parsed<T> = { value: T } | Wrong;
export interface Wrong {
  wrong: string;
  values?: Record<string, string>;
}

/** Longest piece of what was typed that is shown back, UTF-16 units. */
const ECHO = 40;

/** What was typed, for words about it. What could be a variable with its value is not shown back. */
export function echo(typed: string): string {
  const trimmed = typed.trim();
  if (trimmed.includes("=")) return "…";
  return trimmed.length > ECHO ? `${trimmed.slice(0, ECHO).toWellFormed()}…` : trimmed;
}

const wrong = (what: string, typed: string): Wrong => ({
  wrong: `wizard-wrong-${what}`,
  values: { typed: echo(typed) },
});

export function imageOf(typed: string): Parsed<string> {
  const image = typed.trim();
  if (ImageReference.safeParse(image).success) return { value: image };
  // A phone begins a line with a capital letter, and in an image's path there are none.
  const small = image.charAt(0).toLowerCase() + image.slice(1);
  return ImageReference.safeParse(small).success ? { value: small } : wrong("image", typed);
}

export function nameOf(typed: string): Parsed<string> {
  const name = typed.trim().replace(/^\//, "");
  return NewName.safeParse(name).success ? { value: name } : wrong("name", typed);
}

/** `[address:][outside:]inside[/protocol]`; an IPv6 address stands in brackets. */
const PORT =
  /^(?:(?:\[([0-9a-f:.]{2,45})\]|(\d{1,3}(?:\.\d{1,3}){3})):)?(?:(\d{1,5})?:)?(\d{1,5})(?:\/(tcp|udp|sctp))?$/;

const portNumber = (digits: string | undefined): number | undefined => {
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? port : undefined;
};

/** `8080:80`, `127.0.0.1:8080:80/tcp`, `[::1]:53:53/udp`, `80`: the engine takes a free one. */
export function portOf(typed: string): Parsed<CreatePort> {
  const [, v6, v4, left, right, named] = PORT.exec(typed.trim().toLowerCase()) ?? [];
  const inside = portNumber(right);
  const outside = portNumber(left);
  if (inside === undefined || (left !== undefined && outside === undefined)) return wrong("port", typed);
  if (v4?.split(".").some((part) => Number(part) > 255)) return wrong("port", typed);
  const address = v6 ?? v4;
  return {
    value: {
      inside,
      protocol: named === "udp" || named === "sctp" ? named : "tcp",
      ...(outside === undefined ? {} : { outside }),
      ...(address === undefined ? {} : { address }),
    },
  };
}

const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/;
const LONGEST_VALUE = 8_192;

/** `NAME=value`. Nothing of it is shown back, right or wrong: what is no name can be a part of a secret. */
export function variableOf(typed: string): Parsed<CreateVariable> {
  const at = typed.indexOf("=");
  const name = (at < 0 ? typed : typed.slice(0, at)).trim();
  const value = typed.slice(at + 1);
  if (at < 0 && ENV_NAME.test(name)) return { wrong: "wizard-wrong-env-value" };
  if (at < 0 || !ENV_NAME.test(name) || value.includes("\0")) return { wrong: "wizard-wrong-env" };
  return value.length > LONGEST_VALUE ? { wrong: "wizard-wrong-env-long" } : { value: { name, value } };
}

/** `data:/var/lib/x`, `/srv/site:/usr/share/nginx/html:ro`. */
export function volumeOf(typed: string): Parsed<CreateVolume> {
  const [left = "", right = "", mode = "rw", ...more] = typed.trim().split(":");
  const to = FolderPath.safeParse(trimmed(right));
  if (more.length > 0 || !to.success || (mode !== "ro" && mode !== "rw")) return wrong("volume", typed);
  const path = FolderPath.safeParse(trimmed(left));
  const volume = NewName.safeParse(left);
  if (!path.success && !volume.success) return wrong("volume", typed);
  return {
    value: {
      from: path.success ? { path: path.data } : { volume: left },
      to: to.data,
      ...(mode === "ro" ? { readOnly: true as const } : {}),
    },
  };
}

const trimmed = (path: string): string => path.replace(/(?<=.)\/$/, "");

export function restartOf(typed: string): Parsed<Restart> {
  const known = RESTARTS.find((one) => one === typed.trim().toLowerCase());
  return known === undefined ? wrong("restart", typed) : { value: known };
}

// ---- As they are shown --------------------------------------------------------------------------------------

/** `127.0.0.1:8080→80/udp`; `*`: the engine takes a free one. */
export function portText({ inside, outside, address, protocol }: CreatePort): string {
  const at = address === undefined ? "" : `${address.includes(":") ? `[${address}]` : address}:`;
  return `${at}${outside ?? "*"}→${inside}${protocol === "tcp" ? "" : `/${protocol}`}`;
}

export const volumeText = ({ from, to, readOnly }: CreateVolume): string =>
  `${"path" in from ? from.path : from.volume}→${to}${readOnly === true ? " (ro)" : ""}`;
