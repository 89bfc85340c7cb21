/** Methods about the bot itself: who it is, its commands, descriptions and menu button. */
import { language, menuKey, readCommands } from "../menus.ts";
import { botJson } from "../message.ts";
import { isObject, type Params } from "../params.ts";
import { badRequest } from "../refusal.ts";
import type { Method, World } from "../world.ts";

/** All about the bot. */
export const identity: Readonly<Record<string, Method>> = {
  getMe: {
    known: [],
    run: ({ bot }) => ({
      ...botJson(bot),
      can_join_groups: true,
      can_read_all_group_messages: false,
      supports_inline_queries: false,
      can_connect_to_business: false,
      has_main_web_app: false,
      has_topics_enabled: false,
    }),
  },
  setMyCommands: {
    known: ["commands", "scope", "language_code"],
    run: ({ menus }, params) => {
      menus.setCommands(menuKey(params), readCommands(params));
      return true;
    },
  },
  getMyCommands: {
    known: ["scope", "language_code"],
    run: ({ menus }, params) => menus.commands(menuKey(params)),
  },
  deleteMyCommands: {
    known: ["scope", "language_code"],
    run: ({ menus }, params) => {
      menus.setCommands(menuKey(params), []);
      return true;
    },
  },
  setMyDescription: described("description", 512, "DESCRIPTION_TOO_LONG"),
  setMyShortDescription: described("short_description", 120, "ABOUT_TOO_LONG"),
  getMyDescription: description("description"),
  getMyShortDescription: description("short_description"),
  setChatMenuButton: {
    known: ["chat_id", "menu_button"],
    run: (world, params) => {
      const button = params.json("menu_button", "can't parse MenuButton JSON object") ?? { type: "default" };
      if (!isObject(button)) throw badRequest("can't parse MenuButton: expected an Object");
      const type = button.type;
      if (type === "web_app") requireWebApp(button.text, button.web_app);
      else if (type !== "commands" && type !== "default") {
        throw badRequest("can't parse MenuButton: unsupported type specified");
      }
      world.menus.setButton(buttonChat(world, params), type === "default" ? { type: "commands" } : button);
      return true;
    },
  },
  getChatMenuButton: {
    known: ["chat_id"],
    run: (world, params) => world.menus.button(buttonChat(world, params)),
  },
};

function buttonChat(world: World, params: Params): number {
  const id = params.integer("chat_id");
  if (id !== 0 && !world.chats.persons.has(id)) throw badRequest("chat not found");
  return id;
}

function requireWebApp(text: unknown, app: unknown): void {
  if (typeof text !== "string" || text.trim() === "") throw badRequest("menu button text must be non-empty");
  const url = isObject(app) ? String(app.url ?? "") : "";
  if (!url.startsWith("https://")) {
    throw badRequest(`menu button Web App URL '${url}' is invalid: Only HTTPS links are allowed`);
  }
}

function described(name: string, longest: number, refusal: string): Method {
  return {
    known: [name, "language_code"],
    run: ({ menus }, params) => {
      if ([...params.text(name)].length > longest) throw badRequest(refusal);
      menus.setDescription(`${name}/${language(params)}`, params.text(name));
      return true;
    },
  };
}

function description(name: string): Method {
  return {
    known: ["language_code"],
    run: ({ menus }, params) => ({ [name]: menus.description(`${name}/${language(params)}`) }),
  };
}
