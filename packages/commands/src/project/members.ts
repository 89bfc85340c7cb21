/** Which containers of a Compose project an action is for, and the order in which it comes to them. Pure. */
import { type Container, type ContainerVerb, keptFrom, verbsFor } from "../containers/contract.ts";
import { needsFirst } from "./contract.ts";
import { orderOf } from "./order.ts";

export interface Members {
  /** What is done to them, in this order. */
  acting: Container[];
  /** Protected from it: they stay as they are, and with them what they need. */
  kept: Container[];
  /** The others: they stay, since it does not fit them as they are. */
  others: Container[];
  /** What the agent is told of: the acting, the kept and, to start, those that run and may be waited for. */
  told: Container[];
}

/** Of all the containers of one project. */
export function membersFor(verb: ContainerVerb, members: readonly Container[]): Members {
  const fit = (one: Container): boolean => verbsFor[one.state].includes(verb);
  const kept = members.filter((one) => fit(one) && keptFrom(verb, one));
  const fitting = members.filter((one) => fit(one) && !keptFrom(verb, one));
  const others = members.filter((one) => !fit(one));
  const waited = verb === "start" ? others.filter(({ state }) => state === "running") : [];
  const byId = new Map(members.map((one) => [one.id, one]));
  const { ids } = orderOf(
    [...fitting, ...kept, ...waited].map(({ id, name, service, dependsOn = [] }) => ({
      ...{ id, name, service },
      needs: dependsOn.map((needed) => ({ service: needed, condition: "started" as const })),
    })),
    !needsFirst(verb),
  );
  const told = ids.flatMap((id) => byId.get(id) ?? []);
  return { acting: told.filter((one) => fitting.includes(one)), kept, others, told };
}

/** A project is removed as a whole or not at all: as long as one of it runs, it is stopped first. */
export const projectFits = (verb: ContainerVerb, members: readonly Container[]): boolean => {
  const { acting, others } = membersFor(verb, members);
  return acting.length > 0 && (verb !== "remove" || others.length === 0);
};
