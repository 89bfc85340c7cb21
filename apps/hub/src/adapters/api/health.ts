/** `/health`, `/ready` and `/metrics`. */
import type { FastifyInstance } from "fastify";
import type { HealthSource } from "../../core/ports/http.ts";

export function healthRoutes(
  app: FastifyInstance,
  options: { health: HealthSource; metrics(): Promise<{ contentType: string; text: string }> },
): void {
  app.get("/health", async (_request, reply) => {
    const health = await options.health.health();
    const serves =
      health.status !== "starting" && health.database.status === "ok" && health.broker.status === "ok";
    return reply
      .status(serves ? 200 : 503)
      .header("cache-control", "no-store")
      .send(health);
  });
  // For a balancer: may new traffic come here? Telegram being away is no reason to take the hub out.
  app.get("/ready", async (_request, reply) => {
    const { status, database, broker } = await options.health.health();
    const ready = status !== "starting" && database.status === "ok" && broker.status === "ok";
    return reply
      .status(ready ? 200 : 503)
      .header("cache-control", "no-store")
      .send({ ready });
  });
  app.get("/metrics", async (_request, reply) => {
    const { contentType, text } = await options.metrics();
    return reply.header("content-type", contentType).header("cache-control", "no-store").send(text);
  });
}
