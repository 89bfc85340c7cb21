/** Where Redis is and how to get in, as `REDIS_URL` says it. */

export interface Endpoint {
  host: string;
  port: number;
}

export interface RedisPlace {
  kind: "single" | "sentinel" | "cluster";
  tls: boolean;
  /** The server, the Sentinels, or nodes of the Cluster to begin with. */
  seeds: Endpoint[];
  /** The master's name at the Sentinels; empty otherwise. */
  master: string;
  /** Undefined: Redis's own "default" user. */
  username: string | undefined;
  password: string | undefined;
  database: number;
}

/** What a value of `REDIS_URL` looks like, for whoever wrote another one. */
export const REDIS_URL_FORMS =
  "redis://[user:password@]host:port[/database], redis+sentinel://[user:password@]host:port,host:port/<master name>[/database] or redis+cluster://[user:password@]host:port,host:port (rediss… for TLS; in a password, write what is no letter or digit as %XX)";

const SHAPE = /^(rediss?)(\+sentinel|\+cluster)?:\/\/(?:([^@/]*)@)?([^@/?#]+)(?:\/([^?#]*))?$/;
const HOST = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/;

/** Undefined for what is no such address. Nothing of the text is in any error: it may hold a password. */
export function redisPlace(text: string): RedisPlace | undefined {
  const [, scheme, shape, login = "", hosts = "", path = ""] = SHAPE.exec(text) ?? [];
  if (scheme === undefined) return undefined;
  const kind = shape === "+sentinel" ? "sentinel" : shape === "+cluster" ? "cluster" : "single";
  const seeds = hosts.split(",").map((host) => endpoint(host, kind === "sentinel" ? 26_379 : 6_379));
  const [user, password] = credentials(login);
  const parts = path.replace(/\/$/, "").split("/");
  const master = kind === "sentinel" ? (decoded(parts.shift() ?? "") ?? "") : "";
  const database = Number(parts[0] || "0");
  const sound =
    seeds.every((seed) => seed !== undefined) &&
    (kind !== "single" || seeds.length === 1) &&
    (kind !== "sentinel" || /^[\w.-]{1,128}$/.test(master)) &&
    parts.length <= 1 &&
    /^\d{0,5}$/.test(parts[0] ?? "") &&
    (kind !== "cluster" || database === 0) &&
    user !== undefined &&
    password !== undefined &&
    (user === "" || password !== "");
  if (!sound) return undefined;
  return {
    kind,
    tls: scheme === "rediss",
    seeds: seeds.filter((seed) => seed !== undefined),
    master,
    username: user === "" ? undefined : user,
    password: password === "" ? undefined : password,
    database,
  };
}

/** The password of such an address, as it stands there and as it is meant: what a log must never hold. */
export function redisSecrets(text: string): string[] {
  const [, , , login = ""] = SHAPE.exec(text) ?? [];
  const raw = login.slice(login.indexOf(":") + 1);
  return login.includes(":") ? [raw, decoded(raw) ?? raw] : [];
}

function credentials(login: string): [user: string | undefined, password: string | undefined] {
  const colon = login.indexOf(":");
  if (colon < 0) return [decoded(login), ""];
  return [decoded(login.slice(0, colon)), decoded(login.slice(colon + 1))];
}

function endpoint(text: string, usualPort: number): Endpoint | undefined {
  const [, six, name, portText] = HOST.exec(text) ?? [];
  const host = six ?? name;
  const port = Number(portText ?? usualPort);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that begins nothing: the form says how to write one.
    return undefined;
  }
}
