/** Methods that tell about chats, members and files. */
import { fileJson } from "../chats.ts";
import { botJson, chatJson, type Group, type Person, userJson } from "../message.ts";
import type { JsonObject } from "../params.ts";
import { badRequest } from "../refusal.ts";
import type { Method, World } from "../world.ts";
import { readChat } from "./target.ts";

/** What a bot may download, in bytes. */
const largestDownload = 20 * 1024 * 1024;

/** All that only tells. */
export const lookup: Readonly<Record<string, Method>> = {
  getChat: {
    known: ["chat_id"],
    run: (world, params) => ({
      ...chatJson(readChat(world, params)),
      accent_color_id: 0,
      max_reaction_count: 11,
      accepted_gift_types: {
        unlimited_gifts: false,
        limited_gifts: false,
        unique_gifts: false,
        premium_subscription: false,
      },
    }),
  },
  getChatMember: {
    known: ["chat_id", "user_id"],
    run: (world, params) => {
      const chat = readChat(world, params);
      const id = params.integer("user_id");
      if (id <= 0) throw badRequest("invalid user_id specified");
      if (id === world.bot.id)
        return { user: botJson(world.bot), status: "title" in chat ? chat.bot : "member" };
      const person = world.chats.persons.get(id);
      if (!person) throw badRequest("user not found");
      return memberJson(chat, person);
    },
  },
  getFile: {
    known: ["file_id"],
    run: (world, params) => {
      const id = params.text("file_id");
      if (id === "") throw badRequest("file_id not specified");
      const media = knownFile(world, id);
      if (media.bytes.length > largestDownload) throw badRequest("file is too big");
      return fileJson(media);
    },
  },
};

function knownFile(world: World, id: string): NonNullable<ReturnType<World["chats"]["files"]["get"]>> {
  const media = world.chats.files.get(id);
  if (!media) throw badRequest("invalid file_id");
  return media;
}

function memberJson(chat: Person | Group, person: Person): JsonObject {
  const user = userJson(person);
  if (!("title" in chat)) return { user, status: chat.id === person.id ? "member" : "left" };
  const status = chat.members.get(person.id) ?? "left";
  if (status === "creator") return { user, status, is_anonymous: false };
  return status === "administrator"
    ? { user, status, is_anonymous: false, can_be_edited: false }
    : { user, status };
}
