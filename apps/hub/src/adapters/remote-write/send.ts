/** One remote-write request, and what its answer means for those who send. */
import { readFile } from "node:fs/promises";

export interface RemoteWritePlace {
  /** Without user and password. */
  url: string;
  user: string;
  password: string;
  /** Holds a bearer token; read for each request, since others turn it over. */
  tokenFile: string | undefined;
}

/** `again`: it may be taken later; `afterMs`: not before, if it said so. */
export type Sent =
  | { kind: "taken" }
  | { kind: "again"; reason: string; afterMs?: number }
  | { kind: "refused"; status: number; reason: string };

const DEADLINE_MS = 15_000;
const MOST_SAID = 300;

/** Undefined: it is no http or https address. */
export function remoteWritePlace(
  address: string,
  tokenFile: string | undefined,
): RemoteWritePlace | undefined {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  const { username, password } = url;
  url.username = "";
  url.password = "";
  try {
    const login = { user: decodeURIComponent(username), password: decodeURIComponent(password) };
    return { url: url.href, ...login, tokenFile };
  } catch {
    // A percent sign that begins no escape.
    return undefined;
  }
}

export function sender(place: RemoteWritePlace, version: string) {
  async function authorization(): Promise<Record<string, string>> {
    if (place.tokenFile !== undefined)
      return { authorization: `Bearer ${(await readFile(place.tokenFile, "utf8")).trim()}` };
    if (place.user === "" && place.password === "") return {};
    return { authorization: `Basic ${Buffer.from(`${place.user}:${place.password}`).toString("base64")}` };
  }

  return async (body: Uint8Array<ArrayBuffer>, gone: AbortSignal): Promise<Sent> => {
    try {
      const response = await fetch(place.url, {
        method: "POST",
        body,
        redirect: "error",
        headers: {
          ...(await authorization()),
          "content-type": "application/x-protobuf",
          "content-encoding": "snappy",
          "x-prometheus-remote-write-version": "0.1.0",
          "user-agent": `servereye/${version}`,
        },
        signal: AbortSignal.any([gone, AbortSignal.timeout(DEADLINE_MS)]),
      });
      const said = (await response.text()).slice(0, MOST_SAID).trim();
      if (response.ok) return { kind: "taken" };
      const reason = `${response.status} ${said}`.trim();
      if (response.status !== 429 && response.status < 500)
        return { kind: "refused", status: response.status, reason };
      const after = Number(response.headers.get("retry-after") ?? Number.NaN);
      return { kind: "again", reason, ...(after > 0 ? { afterMs: after * 1_000 } : {}) };
    } catch (error) {
      // A token file that can not be read, too: who turns it over may be in the middle of it.
      const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
      return { kind: "again", reason: `${String(error)}${cause}` };
    }
  };
}
