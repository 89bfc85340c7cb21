/** Where PostgreSQL is and how it is reached: an address as libpq reads it, with TLS that means what it says. */
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { type ConnectionOptions, checkServerIdentity } from "node:tls";
import { Fault } from "@servereye/contract";
import type pg from "pg";

/** An address with everything in it, or the private PostgreSQL's socket (`host` is its folder). */
export type StoreConnection =
  | {
      connectionString: string;
      /** Certificates (PEM) of who signs PostgreSQL's, unless the address names some by `sslrootcert`. */
      caFile?: string | undefined;
    }
  | { host: string; port: number; user: string; database: string };

/**
 * libpq's modes (PostgreSQL manual, "SSL Support"), less `allow` and `prefer`, which fall back to no encryption and so
 * protect from nobody who sits between.
 */
export const SSL_MODES = ["disable", "require", "verify-ca", "verify-full"] as const;
type SslMode = (typeof SSL_MODES)[number];

/** What of an address is about TLS; the driver reads these in a way of its own, so it never gets to see them. */
const TLS_PARAMETERS = [
  "sslmode",
  "sslrootcert",
  "sslcert",
  "sslkey",
  "ssl",
  "uselibpqcompat",
  "sslnegotiation",
];

/** What is wrong with an address, in words that go after the variable's name and never repeat the address itself. */
export function addressFault(connectionString: string, caFile?: string): string | undefined {
  const url = URL.parse(connectionString);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol))
    return "is not an address of the form postgres://…";
  const { searchParams } = url;
  for (const name of ["ssl", "uselibpqcompat", "sslnegotiation"])
    if (searchParams.has(name)) return `has ${name}=: use sslmode=${SSL_MODES.join(", ")}.`;
  const mode = searchParams.get("sslmode");
  const ca = searchParams.get("sslrootcert") ?? caFile;
  if (mode === null) {
    if (ca !== undefined) return "has certificates to trust and no sslmode=: add sslmode=verify-full.";
    if (isLocal(hostOf(url))) return undefined;
    return (
      "leads to another machine and does not say whether to encrypt: add ?sslmode=verify-full (or verify-ca, require), " +
      "or sslmode=disable when nobody else is on the network between."
    );
  }
  if (mode === "allow" || mode === "prefer")
    return `has sslmode=${mode}, which goes on without encryption when somebody in between asks for it: use require or verify-full, or disable.`;
  if (!isMode(mode)) return `has an sslmode= that is none of ${SSL_MODES.join(", ")}.`;
  if (mode === "verify-ca" && ca === undefined)
    return "has sslmode=verify-ca and names no certificates to trust: add sslrootcert=FILE, or use verify-full.";
  if (searchParams.has("sslcert") !== searchParams.has("sslkey"))
    return "has one of sslcert= and sslkey= alone.";
  return undefined;
}

/** As the driver takes it. Fault STORE_UNAVAILABLE, without the address in it, when it makes no sense. */
export function poolAddress(connection: StoreConnection): pg.ClientConfig {
  if (!("connectionString" in connection)) return { ...connection, ssl: false };
  const { connectionString, caFile } = connection;
  const fault = addressFault(connectionString, caFile);
  // Without the text itself and without a cause that quotes it: it holds a password.
  if (fault !== undefined) throw new Fault("STORE_UNAVAILABLE", `the store's address ${fault}`);
  const url = new URL(connectionString);
  const ssl = tlsOf(url, caFile);
  for (const name of TLS_PARAMETERS) url.searchParams.delete(name);
  // The host that was judged above: where none is named the driver would take PGHOST, of several the last.
  const host = hostOf(url);
  url.searchParams.set("host", host);
  // A socket's folder in the host's place would be taken for a part of the database's name beside `host=`.
  if (/^%2f/i.test(url.hostname)) url.hostname = "localhost";
  return { connectionString: url.href, ssl };
}

function tlsOf(url: URL, caFile: string | undefined): ConnectionOptions | false {
  const mode = url.searchParams.get("sslmode") ?? "disable";
  const host = hostOf(url);
  // libpq does not encrypt on a socket of this machine either.
  if (!isMode(mode) || mode === "disable" || host.startsWith("/")) return false;
  const file = (name: string): string | undefined => {
    const path = url.searchParams.get(name);
    return path === null ? undefined : pem(path, name);
  };
  const ca = file("sslrootcert") ?? (caFile === undefined ? undefined : pem(caFile, "DATABASE_CA_FILE"));
  const [cert, key] = [file("sslcert"), file("sslkey")];
  return {
    minVersion: "TLSv1.2",
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    // As libpq: `require` with certificates to trust is `verify-ca`; without them it keeps out who only listens.
    rejectUnauthorized: mode !== "require" || ca !== undefined,
    // Said here and not left to what the driver hands down: a name checked against another host is no check.
    checkServerIdentity: (_host, certificate) =>
      mode === "verify-full" ? checkServerIdentity(host, certificate) : undefined,
  };
}

function pem(path: string, name: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new Fault("STORE_UNAVAILABLE", `the store's ${name} can not be read: ${path}`, { cause });
  }
}

/** The host as the driver takes it: `host=` goes before what stands in the address's own place. */
function hostOf(url: URL): string {
  const named = url.searchParams.get("host");
  if (named !== null && named !== "") return named;
  const own = decodeURIComponent(url.hostname).replace(/^\[(.+)\]$/, "$1");
  return own === "" ? "localhost" : own;
}

/** A socket's folder, or this machine's own loopback. */
function isLocal(host: string): boolean {
  if (host.startsWith("/") || host === "localhost") return true;
  return isIP(host) === 4 ? host.startsWith("127.") : host === "::1";
}

const isMode = (text: string): text is SslMode => (SSL_MODES as readonly string[]).includes(text);
