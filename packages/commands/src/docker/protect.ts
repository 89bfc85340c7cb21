/** Which containers are kept from being stopped, paused, removed or updated: by the server's owner, or since the agent runs in one. */
import { Fault } from "@servereye/contract";
import { type Around, isSelf } from "./self.ts";

export const PROTECT_LABEL = "servereye.protect";

export interface Protectable {
  /** Whole. */
  id: string;
  /** Without the slash in front. */
  name: string;
  labels: Readonly<Record<string, string>>;
}

/** By what it is protected ("self": the agent runs in it), or undefined. */
export function protection(
  host: Around,
  { id, name, labels }: Protectable,
): "self" | "list" | "label" | undefined {
  if (isSelf(host, id)) return "self";
  if (host.docker.policy.protect.includes(name)) return "list";
  return labels[PROTECT_LABEL]?.trim().toLowerCase() === "true" ? "label" : undefined;
}

/** Throws CONTAINER_PROTECTED (values `name`, `how`: "self", "list" or "label") when it is. */
export function refuseProtected(host: Around, container: Protectable): void {
  const how = protection(host, container);
  if (how !== undefined)
    throw new Fault("CONTAINER_PROTECTED", `${container.name} is protected by ${how}`, {
      values: { name: container.name, how },
    });
}
