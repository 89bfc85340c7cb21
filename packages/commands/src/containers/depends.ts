/** Who needs whom among the services of a Compose project, by the labels that say so. */
import type { Container } from "./contract.ts";

/** The other containers of its project whose services say that they depend on this one's, in the list's order. */
export const dependentsOf = (
  { project, service }: Pick<Container, "project" | "service">,
  among: readonly Container[],
): Container[] =>
  project === undefined || service === undefined
    ? []
    : among.filter((one) => one.project === project && (one.dependsOn ?? []).includes(service));
