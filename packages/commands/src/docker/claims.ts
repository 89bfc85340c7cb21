/** One thing at a time to one container: whoever acts on it holds it, and whoever comes meanwhile is told. */
import { Fault } from "@servereye/contract";
import type { Docker } from "./engine.ts";

/** What is done now, by the container's whole id; of each machine's Docker. */
const held = new WeakMap<Docker, Map<string, string>>();

/**
 * Runs `act` while nobody else acts on that container. Rejects with AGENT_BUSY (value `doing`: what is done to it now)
 * before it has begun; nothing waits in line, since what a person saw would be old by then.
 */
export async function alone<T>(docker: Docker, id: string, doing: string, act: () => Promise<T>): Promise<T> {
  const claims = held.get(docker) ?? new Map<string, string>();
  held.set(docker, claims);
  const other = claims.get(id);
  if (other !== undefined)
    throw new Fault("AGENT_BUSY", `${other} is under way on this container`, { values: { doing: other } });
  claims.set(id, doing);
  try {
    return await act();
  } finally {
    claims.delete(id);
  }
}
