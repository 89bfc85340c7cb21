/** Methods by which the bot gets its updates and answers presses. */
import { seconds } from "../message.ts";
import type { Params } from "../params.ts";
import { badRequest, conflict } from "../refusal.ts";
import type { Method, World } from "../world.ts";

/** The longest poll of the real server, in seconds. */
const longestPoll = 50;

/** All that receives. */
export const receiving: Readonly<Record<string, Method>> = {
  getUpdates: {
    known: ["offset", "limit", "timeout", "allowed_updates"],
    run: ({ updates, polling, webhook }, params, signal) => {
      if (webhook.hook) {
        throw conflict(
          "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
        );
      }
      if (params.values.has("allowed_updates")) updates.allow(readKinds(params));
      const limit = Math.min(Math.max(params.integer("limit") || 100, 1), 100);
      const timeoutMs = Math.min(Math.max(params.integer("timeout"), 0), longestPoll) * 1000;
      return polling.poll({ offset: params.integer("offset"), limit, timeoutMs, signal });
    },
  },
  setWebhook: {
    known: [
      "url",
      "certificate",
      "ip_address",
      "max_connections",
      "allowed_updates",
      "drop_pending_updates",
      "secret_token",
    ],
    run: (world, params) => {
      const url = params.text("url").trim();
      if (url === "") return dropWebhook(world, params);
      const target = URL.parse(url);
      if (!target) throw badRequest("bad webhook: invalid webhook URL specified");
      // The public server wants https; a server run for oneself, like this one, takes http from its own machine.
      const near = ["localhost", "127.0.0.1", "[::1]"].includes(target.hostname);
      if (target.protocol !== "https:" && !(near && target.protocol === "http:")) {
        throw badRequest("bad webhook: An HTTPS URL must be provided for webhook");
      }
      const secret = params.text("secret_token");
      if (secret.length > 256) throw badRequest("secret token is too long");
      if (!/^[\w-]*$/.test(secret)) throw badRequest("secret token contains unallowed characters");
      if (params.values.has("allowed_updates")) world.updates.allow(readKinds(params));
      if (params.flag("drop_pending_updates")) world.updates.clear();
      world.polling.end(conflict("terminated by setWebhook request"));
      const maxConnections = Math.min(Math.max(params.integer("max_connections") || 40, 1), 100);
      world.webhook.set({ url, secret, maxConnections });
      return true;
    },
  },
  deleteWebhook: { known: ["drop_pending_updates"], run: dropWebhook },
  getWebhookInfo: {
    known: [],
    run: ({ updates, webhook }) => ({
      url: webhook.hook?.url ?? "",
      has_custom_certificate: false,
      pending_update_count: updates.waiting.length,
      ...(webhook.hook ? { max_connections: webhook.hook.maxConnections } : {}),
      ...(updates.allowed ? { allowed_updates: updates.allowed } : {}),
      ...(webhook.failure
        ? { last_error_date: seconds(webhook.failure.at), last_error_message: webhook.failure.message }
        : {}),
    }),
  },
  answerCallbackQuery: {
    known: ["callback_query_id", "text", "show_alert", "url", "cache_time"],
    run: ({ callbacks }, params) => {
      const text = params.text("text");
      if (text.length > 200) throw badRequest("MESSAGE_TOO_LONG");
      const answer = { text, showAlert: params.flag("show_alert"), url: params.text("url") };
      if (callbacks.answer(params.text("callback_query_id"), answer)) return true;
      throw badRequest("query is too old and response timeout expired or query ID is invalid");
    },
  },
};

function dropWebhook(world: World, params: Params): boolean {
  if (params.flag("drop_pending_updates")) world.updates.clear();
  world.webhook.set(undefined);
  return true;
}

function readKinds(params: Params): string[] {
  const kinds = params.json("allowed_updates", "can't parse allowed updates JSON object");
  if (!Array.isArray(kinds)) throw badRequest("expected an Array of String as allowed updates");
  return kinds.map(String);
}
