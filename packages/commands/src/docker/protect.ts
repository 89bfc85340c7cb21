/** Which containers the server's owner keeps from being stopped, paused, removed or updated. */
import { Fault } from "@servereye/contract";
import type { DockerPolicy } from "./engine.ts";

const PROTECT_LABEL = "servereye.protect";

/** By what it is protected, or undefined. `name` without the slash in front. */
export function protection(
  { protect }: Pick<DockerPolicy, "protect">,
  { name, labels }: { name: string; labels: Readonly<Record<string, string>> },
): "list" | "label" | undefined {
  if (protect.includes(name)) return "list";
  return labels[PROTECT_LABEL]?.trim().toLowerCase() === "true" ? "label" : undefined;
}

/** Throws CONTAINER_PROTECTED (values `name`, `how`: "list" or "label") when it is. */
export function refuseProtected(
  policy: Pick<DockerPolicy, "protect">,
  container: { name: string; labels: Readonly<Record<string, string>> },
): void {
  const how = protection(policy, container);
  if (how !== undefined)
    throw new Fault("CONTAINER_PROTECTED", `${container.name} is protected by ${how}`, {
      values: { name: container.name, how },
    });
}
