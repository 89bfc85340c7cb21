/** The command menus that phones show, for each kind of chat and language. */
import { type Command, CommandGroup } from "@grammyjs/commands";
import type { BotCommand, BotCommandScope, LanguageCode } from "grammy/types";
import type { MenuEntry } from "../../core/ports/chat.ts";
import type { Log } from "../../core/ports/process.ts";
import type { BotApi } from "./api.ts";
import { means } from "./failure.ts";

/** One menu. `chatId`: only in this chat (an admin's own). */
export interface Menu {
  scope: "private" | "groups" | { chatId: string };
  /** English, for everybody whose language is not below. */
  commands: readonly MenuEntry[];
  /** By two-letter code; the same names in the same order. */
  translated: Partial<Record<LanguageCode, readonly MenuEntry[]>>;
}

/** What one call of setMyCommands is given. */
export interface MenuCall {
  scope: BotCommandScope;
  language_code?: LanguageCode;
  commands: BotCommand[];
}

/** Telegram's bound on a description, characters. */
const longestAbout = 256;

/** Throws RangeError for a name that Telegram would not take: that is a fault of ours. */
export function menuCalls(menus: readonly Menu[]): MenuCall[] {
  return menus.flatMap((menu) => {
    const group = new CommandGroup();
    for (const { name, about } of menu.commands) {
      const command = scoped(group.command(name, shown(about)), menu.scope);
      for (const [language, entries] of Object.entries(menu.translated)) {
        const entry = entries.find((each) => each.name === name);
        if (entry && isLanguage(language)) command.localize(language, name, shown(entry.about));
      }
    }
    const { scopes, uncompliantCommands } = group.toArgs();
    const wrong = uncompliantCommands[0];
    if (wrong) throw new RangeError(`/${wrong.name}: ${wrong.reasons.join("; ")}`);
    return scopes.map(({ scope, language_code, commands }) => ({
      scope: scope ?? { type: "default" },
      ...(language_code === undefined ? {} : { language_code }),
      commands: commands.map(({ command, description }) => ({ command, description })),
    }));
  });
}

/** Sets them all, one after the other. Rejects when Telegram can not be reached. */
export async function setMenus(
  menus: readonly Menu[],
  api: BotApi,
  log: Log,
  until: AbortSignal,
): Promise<void> {
  for (const call of menuCalls(menus)) {
    try {
      await api.patiently((raw, signal) => raw.setMyCommands(call, signal), until);
    } catch (error) {
      // A chat's own menu: Telegram does not know the chat before its person has written to the bot.
      if (!means(error, "shutOut")) throw error;
      log.debug("telegram.menu-later", { scope: call.scope.type });
    }
  }
}

function scoped(command: Command, scope: Menu["scope"]): Command {
  if (scope === "private") return command.addToScope({ type: "all_private_chats" });
  if (scope === "groups") return command.addToScope({ type: "all_group_chats" });
  return command.addToScope({ type: "chat", chat_id: Number(scope.chatId) });
}

function shown(about: string): string {
  return [...about].slice(0, longestAbout).join("");
}

function isLanguage(code: string): code is LanguageCode {
  return /^[a-z]{2}$/.test(code);
}
