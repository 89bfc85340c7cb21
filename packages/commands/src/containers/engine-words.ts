/** What an engine says of a container in words (`Up 3 hours (healthy)`) and in labels, as values. */
import type { Container } from "./contract.ts";

/** What Compose writes on the containers it makes. */
export const PROJECT = "com.docker.compose.project";
export const SERVICE = "com.docker.compose.service";
/** `db:service_healthy:false,cache:service_started:true`: each with its condition and whether it is restarted with it. */
export const DEPENDS_ON = "com.docker.compose.depends_on";

export const labelOf = (value: string | undefined): string | undefined =>
  value === undefined || value === "" ? undefined : value.slice(0, 128).toWellFormed();

const UNITS: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3_600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000,
  year: 31_536_000,
};

/** Seconds. The engine rounds: `Up 3 hours`, `Up About a minute`, `Exited (0) Less than a second ago`. */
export function ageOf(status: string): number | undefined {
  const found = /\b(\d{1,6}|About an?|Less than an?) (second|minute|hour|day|week|month|year)s?\b/.exec(
    status,
  );
  if (found === null) return undefined;
  const count = found[1]?.startsWith("Less") ? 0 : found[1]?.startsWith("About") ? 1 : Number(found[1]);
  return count * (UNITS[found[2] ?? ""] ?? 0);
}

export function exitCodeOf(status: string): number | undefined {
  const code = /^Exited \((-?\d{1,6})\)/.exec(status)?.[1];
  return code === undefined ? undefined : Number(code);
}

export function healthOf(status: string): Container["health"] {
  if (/\(healthy\)/.test(status)) return "healthy";
  if (/\(unhealthy\)/.test(status)) return "unhealthy";
  return /\(health: starting\)/.test(status) ? "starting" : undefined;
}
