/** /prometheus [server]: a token with which a Prometheus reads samples, in a configuration to paste; `off` ends them all. */
import { authorize } from "../../access/authorize.ts";
import type { SeenServer } from "../../ports/people.ts";
import { auditTurn } from "../audit.ts";
import { noServers, refusal } from "../faults.ts";
import { note, type Turn, text } from "../turn.ts";
import { which } from "../which.ts";
import type { ChatCommand } from "./command.ts";
import { notOne } from "./meant-server.ts";

/** Random bytes of a token. */
const TOKEN_BYTES = 32;

export const prometheus: ChatCommand = {
  name: "prometheus",
  menu: "all",
  run: async (turn, typed) => {
    const { t, actor, incoming } = turn;
    const reference = typed.words.join(" ");
    if (reference.toLowerCase() === "off") return end(turn);
    if (incoming.chat.kind === "group") return turn.show({ blocks: [text(t("prometheus-private"))] });
    if (actor.servers.length === 0) return turn.show(noServers(turn));
    if (reference === "") return make(turn, undefined);
    const found = which(reference, actor.servers);
    if (found.kind !== "one")
      return turn.show(
        notOne(turn, found, reference, { command: "prometheus", words: (serverId) => [serverId] }),
      );
    const decision = authorize(actor, "server.read", { serverId: found.server.id });
    if (!decision.allowed) return turn.show({ blocks: [text(refusal(turn, decision))] });
    await make(turn, found.server);
  },
};

async function make(turn: Turn, server: SeenServer | undefined): Promise<void> {
  const { t, deps, incoming } = turn;
  const secret = `sep_${deps.chance.token(TOKEN_BYTES)}`;
  const serverId = server?.id ?? null;
  await deps.store.scrapeTokens.make(secret, { account: incoming.account, serverId }, deps.clock.now());
  await auditTurn(turn, "prometheus.token", serverId, "done");
  const url = deps.about.publicUrl();
  const plain = /^http:\/\/(?!127\.|localhost|\[::1\])/.test(url);
  await turn.show({
    title: t("prometheus-title"),
    blocks: [
      text(server === undefined ? t("prometheus-all") : t("prometheus-one", { server: server.name })),
      { type: "code", text: scrapeConfig(url, secret) },
      text(t("prometheus-once")),
      ...(plain ? [text(t("prometheus-plain"))] : []),
      note(t("prometheus-end")),
    ],
  });
}

/** An entry of `scrape_configs`; which servers there are is asked of the hub each minute. */
const scrapeConfig = (url: string, secret: string): string =>
  [
    "- job_name: servereye",
    "  authorization:",
    `    credentials: ${secret}`,
    "  http_sd_configs:",
    `  - url: ${url}/api/v1/prometheus/targets`,
    "    authorization:",
    `      credentials: ${secret}`,
  ].join("\n");

async function end(turn: Turn): Promise<void> {
  const { t, deps, actor } = turn;
  const count = await deps.store.scrapeTokens.revoke(actor.person.id);
  if (count > 0) await auditTurn(turn, "prometheus.off", null, "done", { tokens: count });
  await turn.show({ blocks: [text(t("prometheus-ended", { count }))] });
}
