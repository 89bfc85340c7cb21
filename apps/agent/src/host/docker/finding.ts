/** Where an engine may be now: the address that was told, or those of the usual sockets that are there. */
import { statSync } from "node:fs";
import { type Address, usualPlaces } from "./address.ts";
import { away } from "./away.ts";

/** Throws DOCKER_UNAVAILABLE, naming the first place, when there is none. */
export function candidates(
  fixed: Address | undefined,
  places: readonly string[] = machinePlaces(),
): Address[] {
  if (fixed !== undefined) return [fixed];
  const there = places.filter(isSocket).map((unix) => ({ unix }));
  if (there.length === 0)
    throw away({ unix: places[0] ?? "" }, "absent", `no socket at ${places.join(", ")}`);
  return there;
}

function machinePlaces(): string[] {
  return usualPlaces(process.getuid?.() ?? 0, process.env.XDG_RUNTIME_DIR);
}

function isSocket(path: string): boolean {
  try {
    return statSync(path).isSocket();
  } catch {
    // Not there, or in a folder that is not ours to look into: no place to ask at.
    return false;
  }
}
