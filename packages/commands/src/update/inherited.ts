/** What a container has from its image and what was set on it, by Docker's own rule of how the two are put together. */
import { listIn, recordIn } from "./whole.ts";

/** Taken from the image where nothing was set; whole or not at all. */
const WHOLE = new Set(["WorkingDir", "User", "StopSignal", "Shell", "ArgsEscaped", "OnBuild"]);
/** Of the healthcheck each is taken from the image by itself. */
const CHECKS = ["Test", "Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"];

export const fullyInherited = (name: string, value: unknown, image: Record<string, unknown>): boolean =>
  WHOLE.has(name) && same(value, image[name]);

/**
 * Entrypoint, command and healthcheck, where they were set. A command belongs to its entrypoint: an image's is not
 * taken when an entrypoint was set.
 */
export function overriding(
  own: { Cmd: unknown; Entrypoint: unknown; Healthcheck: unknown },
  image: Record<string, unknown>,
): object {
  const { Cmd, Entrypoint, Healthcheck } = own;
  const entry = !same(Entrypoint, image.Entrypoint);
  return {
    // None, where the image has one: that is said by an empty word.
    ...(entry ? { Entrypoint: listIn(Entrypoint).length === 0 ? [""] : Entrypoint } : {}),
    ...(entry || !same(Cmd, image.Cmd) ? { Cmd } : {}),
    ...checkOf(recordIn(Healthcheck), recordIn(image.Healthcheck)),
  };
}

function checkOf(own: Record<string, unknown>, image: Record<string, unknown>): object {
  const set = CHECKS.filter((name) => !empty(own[name]) && !same(own[name], image[name]));
  return set.length === 0 ? {} : { Healthcheck: Object.fromEntries(set.map((name) => [name, own[name]])) };
}

const empty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  value === 0 ||
  value === false ||
  (typeof value === "object" && Object.keys(value).length === 0);

/** The same to an engine: what is empty is not set, and the order of names tells nothing. */
export function same(one: unknown, other: unknown): boolean {
  if (empty(one) || empty(other)) return empty(one) && empty(other);
  if (typeof one !== "object" || typeof other !== "object") return one === other;
  if (Array.isArray(one) || Array.isArray(other)) {
    const [first, second] = [listIn(one), listIn(other)];
    return first.length === second.length && first.every((value, at) => value === second[at]);
  }
  const [first, second] = [recordIn(one), recordIn(other)];
  const names = new Set([...Object.keys(first), ...Object.keys(second)]);
  return [...names].every((name) => same(first[name], second[name]));
}
