/** How the hub is: asked often, so what costs a query is remembered for a second. */
import type { Health } from "@servereye/contract";
import type { Broker } from "./core/ports/broker.ts";
import type { HealthSource } from "./core/ports/http.ts";
import type { Clock, Log } from "./core/ports/process.ts";
import type { Store } from "./core/ports/store.ts";

export interface HealthParts {
  log: Pick<Log, "info" | "warn">;
  version: string;
  startedAt: number;
  clock: Clock;
  store: Pick<Store, "check">;
  broker: Pick<Broker, "check">;
  telegram(): Health["telegram"];
  agents(): number;
  /** What the hub still waits for before it is ready; undefined when it is. */
  waitingFor(): string | undefined;
}

const REMEMBERED_MS = 1_000;

export function createHealth(parts: HealthParts): HealthSource {
  let kept:
    | { at: number; database: Promise<Health["database"]>; broker: Promise<Health["broker"]> }
    | undefined;

  const down = new Set<string>();
  /** The reason (addresses, account names) is for the log, once; who asks over HTTP may be anybody. */
  const part = (name: "database" | "broker", check: Promise<void>): Promise<Health["database"]> =>
    check.then(
      () => {
        if (down.delete(name)) parts.log.info("health.up", { part: name });
        return { status: "ok" as const };
      },
      (error: unknown) => {
        if (!down.has(name)) parts.log.warn("health.down", { part: name, error });
        down.add(name);
        return { status: "down" as const, detail: "can not be reached; the reason is in the hub's log" };
      },
    );

  return {
    health: async () => {
      const now = parts.clock.monotonic();
      if (kept === undefined || now - kept.at > REMEMBERED_MS)
        kept = {
          at: now,
          database: part("database", parts.store.check()),
          broker: part("broker", parts.broker.check()),
        };
      const [database, broker] = await Promise.all([kept.database, kept.broker]);
      const telegram = parts.telegram();
      const whole = database.status === "ok" && broker.status === "ok" && telegram.status !== "down";
      return {
        status: parts.waitingFor() !== undefined ? "starting" : whole ? "ok" : "degraded",
        version: parts.version,
        uptime: Math.round((parts.clock.now() - parts.startedAt) / 100) / 10,
        database,
        broker,
        telegram,
        agents: { connected: parts.agents() },
      };
    },
  };
}
