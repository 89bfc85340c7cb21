/** What a person is told of a message that no hub handles any more, since hubs died of it. */
import type { Incoming } from "../ports/chat.ts";
import type { ChatDeps } from "./deps.ts";
import { parse } from "./parse.ts";
import { languageFor, translator } from "./translate.ts";
import { chatKeyOf, text } from "./turn.ts";

/**
 * Says it in one line, to who may use the bot. Nothing of what was written stands in it but a command of ours: something
 * about it was fatal. Rejects as the store and the channel do.
 */
export async function tellGivenUp(
  deps: Pick<ChatDeps, "store" | "port">,
  incoming: Incoming,
  commands: readonly string[],
): Promise<void> {
  const actor = await deps.store.people.actor(incoming.account, chatKeyOf(incoming));
  if (actor === undefined) return;
  const t = translator(languageFor(actor.person.language, incoming.languageCode));
  const typed = incoming.did.kind === "wrote" ? parse(incoming.did.text).command : undefined;
  const command = commands.find((one) => one === typed);
  const words = command === undefined ? t("given-up") : t("given-up-command", { command });
  await deps.port(incoming.chat.channel).send(incoming.chat, { blocks: [text(words)], buttons: [] });
}
