/** What a bot says of itself: its commands for each scope and language, its descriptions, its menu button. */
import { isObject, type JsonObject, type Params } from "./params.ts";
import { badRequest } from "./refusal.ts";

/** One line of the command menu. */
export interface MenuCommand {
  readonly command: string;
  readonly description: string;
}

const mostCommands = 100;

/** Kept by scope and language; reading is exact, as in the real server: no fall back to a wider scope. */
export class Menus {
  readonly #commands = new Map<string, readonly MenuCommand[]>();
  readonly #descriptions = new Map<string, string>();
  readonly #buttons = new Map<number, JsonObject>();

  /** Commands for a scope key and language. */
  commands(key: string): readonly MenuCommand[] {
    return this.#commands.get(key) ?? [];
  }

  setCommands(key: string, commands: readonly MenuCommand[]): void {
    if (commands.length === 0) this.#commands.delete(key);
    else this.#commands.set(key, commands);
  }

  /** The menu a person meets in their private chat: the narrowest scope, their language first. */
  shown(chatId: number, languageCode: string): readonly MenuCommand[] {
    for (const scope of [`chat:${chatId}`, chatId > 0 ? "all_private_chats" : "all_group_chats", "default"]) {
      for (const language of [languageCode, ""]) {
        const found = this.#commands.get(`${scope}/${language}`);
        if (found) return found;
      }
    }
    return [];
  }

  description(key: string): string {
    return this.#descriptions.get(key) ?? "";
  }

  setDescription(key: string, text: string): void {
    this.#descriptions.set(key, text);
  }

  /** The menu button of a chat; chat 0 is the default of all. */
  button(chatId: number): JsonObject {
    return this.#buttons.get(chatId) ?? this.#buttons.get(0) ?? { type: "commands" };
  }

  setButton(chatId: number, button: JsonObject): void {
    this.#buttons.set(chatId, button);
  }
}

const plainScopes = new Set(["default", "all_private_chats", "all_group_chats", "all_chat_administrators"]);

/** The key of a call's scope and language. Throws `Refusal`. */
export function menuKey(params: Params): string {
  const scope = params.json("scope", "can't parse BotCommandScope JSON object") ?? { type: "default" };
  if (!isObject(scope)) throw badRequest("can't parse BotCommandScope: Object expected");
  const type = String(scope.type ?? "");
  let key = type;
  if (type === "chat" || type === "chat_administrators" || type === "chat_member") {
    const chat = Number(scope.chat_id ?? 0);
    if (!Number.isSafeInteger(chat) || chat === 0) throw badRequest("chat not found");
    key = type === "chat_member" ? `${type}:${chat}:${Number(scope.user_id ?? 0)}` : `${type}:${chat}`;
  } else if (!plainScopes.has(type)) {
    throw badRequest("can't parse BotCommandScope: unsupported type specified");
  }
  return `${key}/${language(params)}`;
}

/** The two-letter `language_code` of a call, "" for all languages. */
export function language(params: Params): string {
  const code = params.text("language_code");
  if (code !== "" && !/^[a-z]{2}$/.test(code)) throw badRequest("invalid language code specified");
  return code;
}

/** The `commands` of a call. Throws `Refusal`. */
export function readCommands(params: Params): MenuCommand[] {
  const list = params.json("commands", "can't parse commands JSON object");
  if (list === undefined) return [];
  if (!Array.isArray(list)) throw badRequest("expected an Array of BotCommand");
  if (list.length > mostCommands) throw badRequest("BOT_COMMANDS_TOO_MUCH");
  return list.map((item: unknown) => {
    if (!isObject(item)) throw badRequest("can't parse BotCommand: expected an Object");
    const command = String(item.command ?? "")
      .trim()
      .replace(/^\//, "");
    const description = String(item.description ?? "").trim();
    if (command === "") throw badRequest("command must be non-empty");
    if ([...command].length > 32) throw badRequest("command length must not exceed 32");
    if (description === "") throw badRequest("command description must be non-empty");
    if ([...description].length > 256) throw badRequest("command description length must not exceed 256");
    if (!/^[a-z0-9_]+$/.test(command)) throw badRequest("BOT_COMMAND_INVALID");
    return { command, description };
  });
}
