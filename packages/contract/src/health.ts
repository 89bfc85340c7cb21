/**
 * `GET /health`: how the hub is, in one look. 503 while it starts or when database or broker are down. Telegram being
 * away makes `status` "degraded" but keeps 200: a hub is not taken out of service for what no restart can mend.
 */
import * as z from "zod/mini";

const Part = z.object({ status: z.enum(["ok", "starting", "down", "off"]), detail: z.optional(z.string()) });

export const Health = z.object({
  status: z.enum(["ok", "starting", "degraded"]),
  version: z.string(),
  /** Seconds. */
  uptime: z.number(),
  database: Part,
  broker: Part,
  telegram: Part,
  agents: z.object({ connected: z.int() }),
});
export type Health = z.infer<typeof Health>;
