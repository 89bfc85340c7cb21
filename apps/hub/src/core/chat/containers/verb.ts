/** An action on a container as the audit log calls it, and as a stored button names it. */
import { CONTAINER_VERBS, type ContainerVerb, containerActions } from "@servereye/commands/hub";
import { Fault } from "@servereye/contract";
import type { Deed } from "../deed.ts";

/** `container`: what was typed, or the name of what was found; then with its id. */
export const deedOf = (verb: ContainerVerb, container: string, id?: string): Deed => ({
  what: `container.${verb}`,
  command: containerActions[verb],
  detail: { container, ...(id === undefined ? {} : { id: id.slice(0, 12) }) },
});

export function verbOf(word: string | undefined): ContainerVerb {
  const verb = CONTAINER_VERBS.find((known) => known === word);
  if (verb === undefined) throw new Fault("INTERNAL", "a stored button names no action on containers");
  return verb;
}
