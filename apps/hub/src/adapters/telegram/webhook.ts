/** The webhook's route: proves that Telegram calls, keeps the update, says 200, and only then handles it; unless it can not be kept. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { HttpReply, HttpRequest, HttpRoute } from "../../core/ports/http.ts";
import type { Log, Metrics } from "../../core/ports/process.ts";
import type { Intake } from "./intake.ts";

export const webhookPath = "/telegram/webhook";
const secretHeader = "x-telegram-bot-api-secret-token";
const mostBytes = 1024 * 1024;

export interface WebhookOptions {
  secret: string;
  intake: Pick<Intake, "keep" | "full">;
  log: Log;
  metrics: Metrics;
}

/** Telegram takes A-Z a-z 0-9 _ - only, 1 to 256. Throws RangeError for another secret. */
export function webhookRoute({ secret, intake, log, metrics }: WebhookOptions): HttpRoute {
  if (!/^[\w-]{1,256}$/.test(secret))
    throw new RangeError("the webhook secret may have 1 to 256 of A-Z a-z 0-9 _ -");
  const expected = digest(secret);

  async function handle({ headers, body, from }: HttpRequest): Promise<HttpReply> {
    const given = headers[secretHeader];
    if (typeof given !== "string" || !timingSafeEqual(digest(given), expected)) {
      metrics.count("telegram_webhook_refused");
      log.warn("telegram.webhook-refused", { from });
      return { status: 401 };
    }
    // Telegram calls again later what it is not told 200 for: so nothing is lost, only late.
    if (intake.full()) return { status: 503, headers: { "retry-after": "1" } };
    let update: unknown;
    try {
      update = JSON.parse(new TextDecoder().decode(body));
    } catch (error) {
      log.warn("telegram.webhook-unreadable", { from, reason: error instanceof Error ? error.message : "" });
      return { status: 400 };
    }
    const kept = await intake.keep([update]);
    if (kept === undefined) return { status: 503, headers: { "retry-after": "1" } };
    // Kept: at once. Otherwise Telegram has it until it was handled, and calls again if this hub dies meanwhile.
    await kept.ended;
    return { status: 200 };
  }

  return { method: "POST", path: webhookPath, maxBytes: mostBytes, handle };
}

/** Equal lengths for the comparison, so that it tells nothing about the secret's length either. */
function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
