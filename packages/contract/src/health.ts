/** `GET /health`: how the hub is, in one look. 200 when `status` is "ok", else 503. */
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
