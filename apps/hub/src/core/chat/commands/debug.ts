/** /debug: what the asker may know, for a report of trouble. No secret, nobody else's data. */
import { isOriginal, PROTOCOL } from "@servereye/contract";
import type { Draft } from "../turn.ts";
import type { ChatCommand } from "./command.ts";

/** Servers listed; /servers has the rest. */
const MOST = 10;

export const debug: ChatCommand = {
  name: "debug",
  menu: "all",
  run: async (turn) => {
    const { t, actor, deps, incoming, language } = turn;
    const shown = actor.servers.slice(0, MOST);
    const presence = await deps.fleet.presenceOf(shown.map((server) => server.id));
    const blocks: Draft["blocks"] = [
      {
        type: "facts",
        rows: [
          {
            label: t("debug-account"),
            value: [{ kind: "code", text: `${incoming.account.channel}:${incoming.account.externalId}` }],
          },
          {
            label: t("debug-person"),
            value: [actor.person.id, actor.person.admin ? ` · ${t("debug-admin")}` : ""],
          },
          {
            label: t("debug-chat"),
            value: [
              { kind: "code", text: incoming.chat.chatId },
              ` · ${t(`debug-chat-${incoming.chat.kind}`)}`,
            ],
          },
          {
            label: t("debug-language"),
            value: [`${language} (${actor.person.language ?? "auto"}, ${incoming.languageCode ?? "-"})`],
          },
          {
            label: t("debug-hub"),
            value: [`${deps.about.version} · ${t("debug-protocol", { protocol: PROTOCOL })}`],
          },
          { label: t("debug-servers"), value: [String(actor.servers.length)] },
        ],
      },
    ];
    if (shown.length > 0)
      blocks.push({
        type: "facts",
        rows: shown.map((server) => {
          const here = presence.get(server.id);
          const version = here
            ? [
                ...(here.facts.version === "" ? [] : [here.facts.version]),
                isOriginal(here.facts)
                  ? here.facts.runtime
                  : t("debug-protocol", { protocol: here.protocol }),
              ].join(" · ")
            : t("debug-offline");
          return {
            label: `${server.number}. ${server.name}`,
            value: [
              { kind: "code", text: server.id.slice(0, 12) },
              ` · ${t(`role-${server.role}`)} · ${version}`,
            ],
          };
        }),
      });
    await turn.show({ title: t("debug-title"), blocks });
  },
};
