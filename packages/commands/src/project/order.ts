/** The order in which the containers of a Compose project need each other, by their labels. Pure. */

export type Condition = "started" | "healthy" | "completed";

export interface Need {
  service: string;
  condition: Condition;
}

export interface Member {
  id: string;
  name: string;
  service: string | undefined;
  needs: readonly Need[];
}

/** One has to wait for another. */
export interface Wait {
  on: string;
  condition: Condition;
}

export interface Order {
  /** Ids; whoever is waited for stands before who waits. */
  ids: string[];
  /** By the id of who waits. */
  waits: Map<string, Wait[]>;
  /** Waits that were left out because they close a ring, by names. */
  broken: { a: string; b: string }[];
}

const CONDITIONS: Readonly<Record<string, Condition>> = {
  service_started: "started",
  service_healthy: "healthy",
  service_completed_successfully: "completed",
};

/** `db:service_healthy:true,redis` as Compose writes it in `com.docker.compose.depends_on`. What it does not know is "started". */
export function needsIn(label: string | undefined): Need[] {
  const found = new Map<string, Need>();
  for (const part of (label ?? "").split(",")) {
    const [service = "", condition = ""] = part.split(":").map((word) => word.trim());
    if (service !== "") found.set(service, { service, condition: CONDITIONS[condition] ?? "started" });
  }
  return [...found.values()];
}

/**
 * Depth first from the first name to the last, so that the same containers give the same order however they are listed;
 * a wait that leads back to one who waits already is left out. `backwards`: who is needed waits for who needs it.
 */
export function orderOf(members: readonly Member[], backwards = false): Order {
  const sorted = [...members].sort(byName);
  const waits = waitsAmong(sorted, backwards);
  const byId = new Map(sorted.map((one) => [one.id, one]));
  const order: Order = { ids: [], waits: new Map(), broken: [] };
  const begun = new Set<string>();
  const ended = new Set<string>();
  const visit = (one: Member): void => {
    begun.add(one.id);
    const kept: Wait[] = [];
    for (const wait of waits.get(one.id) ?? []) {
      const other = byId.get(wait.on);
      if (other === undefined) continue;
      if (begun.has(other.id) && !ended.has(other.id)) {
        order.broken.push({ a: one.name, b: other.name });
        continue;
      }
      kept.push(wait);
      if (!ended.has(other.id)) visit(other);
    }
    ended.add(one.id);
    order.ids.push(one.id);
    order.waits.set(one.id, kept);
  };
  for (const one of sorted) if (!begun.has(one.id)) visit(one);
  return order;
}

function waitsAmong(sorted: readonly Member[], backwards: boolean): Map<string, Wait[]> {
  const waits = new Map<string, Wait[]>(sorted.map(({ id }) => [id, []]));
  for (const one of sorted)
    for (const { service, condition } of one.needs)
      for (const other of sorted) {
        // A service has several containers when it is scaled; those of one service do not wait for each other.
        if (other.service !== service || one.service === service) continue;
        if (backwards) waits.get(other.id)?.push({ on: one.id, condition: "started" });
        else waits.get(one.id)?.push({ on: other.id, condition });
      }
  return waits;
}

const byName = (a: Member, b: Member): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
