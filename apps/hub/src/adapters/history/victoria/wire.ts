/** Requests to a VictoriaMetrics: each with a deadline, what goes wrong turned into faults. */
import { Fault } from "@servereye/contract";
import type { VictoriaPlace } from "./place.ts";

/** For one request, ms: well within the time in which samples have to be kept. */
const DEADLINE_MS = 10_000;
const LOOK_MS = 3_000;
/** Of what it says when it refuses, characters. */
const MOST_SAID = 300;

export interface VictoriaWire {
  /** Samples as JSON lines. */
  write(lines: string): Promise<void>;
  /** A query's answer as it stands. */
  read(path: string, fields: ReadonlyArray<[string, string]>): Promise<string>;
  /** Resolves when each of its doors says that it is well. */
  health(): Promise<void>;
  /** Its own figures, in Prometheus' text form. */
  figures(): Promise<string>;
}

export function victoriaWire(place: VictoriaPlace): VictoriaWire {
  const login = Buffer.from(`${place.user}:${place.password}`).toString("base64");
  const headers: Record<string, string> =
    place.user === "" && place.password === "" ? {} : { authorization: `Basic ${login}` };

  async function call(url: string, init: RequestInit, ms = DEADLINE_MS): Promise<string> {
    let response: Response;
    let said: string;
    try {
      response = await fetch(url, {
        ...init,
        headers: { ...headers, ...init.headers },
        redirect: "error",
        signal: AbortSignal.timeout(ms),
      });
      said = await response.text();
    } catch (cause) {
      throw new Fault("STORE_UNAVAILABLE", "VictoriaMetrics can not be reached", { cause });
    }
    if (response.ok) return said;
    const detail = `VictoriaMetrics answers ${response.status}: ${said.slice(0, MOST_SAID).trim()}`;
    // What it does not take from us in this form it takes no second time; all else may pass.
    const ours = [400, 413, 415, 422].includes(response.status);
    throw new Fault(ours ? "INTERNAL" : "STORE_UNAVAILABLE", detail);
  }

  return {
    async write(lines) {
      await call(`${place.write}/api/v1/import`, { method: "POST", body: lines });
    },
    read: (path, fields) =>
      call(`${place.read}${path}`, {
        method: "POST",
        body: new URLSearchParams([...fields]),
      }),
    async health() {
      await Promise.all(place.health.map((door) => call(`${door}/health`, {}, LOOK_MS)));
    },
    // Of a cluster's: those of the door that reads, which is where doubles are left out.
    figures: () => call(`${place.health.at(-1) ?? place.read}/metrics`, {}, LOOK_MS),
  };
}
