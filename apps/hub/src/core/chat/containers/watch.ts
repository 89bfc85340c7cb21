/** /watch_containers on|off [server]: whether a person is told of a server's containers in trouble, and where. */
import { authorize } from "../../access/authorize.ts";
import type { SeenServer } from "../../ports/people.ts";
import type { ButtonDeed, ChatCommand } from "../commands/command.ts";
import { meantServer } from "../commands/meant-server.ts";
import { refusal } from "../faults.ts";
import { type DraftButton, note, type Turn, text } from "../turn.ts";

const NAME = "watch_containers";

const isWish = (word: string | undefined): word is "on" | "off" => word === "on" || word === "off";

export const watchCommand: ChatCommand = {
  name: NAME,
  menu: "all",
  async run(turn, { words }) {
    const [first, ...rest] = words;
    const wish = isWish(first?.toLowerCase()) ? first?.toLowerCase() : undefined;
    const server = await meantServer(turn, (wish === undefined ? words : rest).join(" "), {
      command: NAME,
      words: (serverId) => [...(wish === undefined ? [] : [wish]), serverId],
    });
    if (server === undefined) return;
    if (wish === undefined) await tellWhether(turn, server);
    else await set(turn, server.id, wish === "on");
  },
};

/** Neither on nor off was said: how it is, and the other by a button. */
async function tellWhether(turn: Turn, server: SeenServer): Promise<void> {
  const { t, deps, actor } = turn;
  const said = await deps.store.episodes.watch(actor.person.id, server.id);
  const on = said ?? server.role === "owner";
  await turn.show({
    blocks: [text(t(on ? "watch-is-on" : "watch-is-off", { server: server.name })), note(t("watch-what"))],
    buttons: [[button(turn, server.id, !on)]],
  });
}

const button = ({ t }: Turn, serverId: string, on: boolean): DraftButton => ({
  label: t(on ? "watch-on-button" : "watch-off-button"),
  action: { kind: "do", what: on ? "watch.on" : "watch.off", values: { serverId } },
  mine: true,
});

async function set(turn: Turn, serverId: string, on: boolean): Promise<void> {
  const { t, deps, actor, incoming } = turn;
  const decision = authorize(actor, "server.read", { serverId });
  if (!decision.allowed || decision.server === undefined)
    return turn.show({ blocks: [text(refusal(turn, decision))] });
  const where = { chat: incoming.chat, language: turn.language };
  await deps.store.episodes.setWatch(actor.person.id, serverId, on, where);
  const { name: server } = decision.server;
  const here = incoming.chat.kind === "group" ? t("watch-here-group") : t("watch-here");
  await turn.show({
    blocks: on
      ? [text(t("watch-on", { server }), " ", here), note(t("watch-what"))]
      : [text(t("watch-off", { server }))],
    buttons: [[button(turn, serverId, !on)]],
  });
}

export const watchDeeds: ReadonlyArray<readonly [string, ButtonDeed]> = [
  ["watch.on", (turn, { serverId = "" }) => set(turn, serverId, true)],
  ["watch.off", (turn, { serverId = "" }) => set(turn, serverId, false)],
];
