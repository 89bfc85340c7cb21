/** The chat over HTTP, for the page and the terminal: `/api/v1/chat/*`. */
import * as z from "zod/mini";
import { View } from "./view.ts";

/** `POST /api/v1/session {token}`: a one-time login token for a session cookie. */
export const LoginRequest = z.object({ token: z.string().check(z.minLength(8), z.maxLength(128)) });

/** `GET /api/v1/session`. */
export const SessionInfo = z.object({ name: z.string(), language: z.string(), version: z.string() });
export type SessionInfo = z.infer<typeof SessionInfo>;

/** `POST /api/v1/chat/messages {text}` → 202. */
export const WriteRequest = z.object({ text: z.string().check(z.minLength(1), z.maxLength(4096)) });

/** `POST /api/v1/chat/presses {messageId, token}` → 200 PressResult. */
export const PressRequest = z.object({
  messageId: z.string().check(z.maxLength(64)),
  token: z.string().check(z.maxLength(64)),
});
/** What to tell the person who pressed, if anything. */
export const PressResult = z.object({ notice: z.optional(z.string()) });
export type PressResult = z.infer<typeof PressResult>;

/** A file in a message. */
export const ChatFile = z.object({
  name: z.string(),
  mediaType: z.string(),
  /** Bytes. */
  size: z.int(),
  /** Where it is had, on this hub; absent once it is no longer kept. */
  href: z.optional(z.string().check(z.regex(/^\/api\/v1\/chat\/files\/[\w-]{1,64}$/))),
});
export type ChatFile = z.infer<typeof ChatFile>;

/** One message of the chat as shown. `id` is stable: an edit comes as the same id with a newer `revision`. */
export const ChatMessage = z.object({
  id: z.string(),
  from: z.enum(["person", "bot"]),
  /** Epoch ms. */
  at: z.int(),
  revision: z.int(),
  text: z.optional(z.string()),
  view: z.optional(View),
  file: z.optional(ChatFile),
});
export type ChatMessage = z.infer<typeof ChatMessage>;

/** `GET /api/v1/chat/events` (server-sent events): first every kept message, then what changes. */
export const ChatEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("message"), message: ChatMessage }),
  z.object({ type: z.literal("deleted"), id: z.string() }),
  z.object({ type: z.literal("typing") }),
]);
export type ChatEvent = z.infer<typeof ChatEvent>;

/** `GET /api/v1/chat/commands`: for the input's suggestions. */
export const CommandHint = z.object({ name: z.string(), about: z.string() });
export type CommandHint = z.infer<typeof CommandHint>;
export const CommandHints = z.object({ commands: z.array(CommandHint) });

/** `POST /api/v1/login-links` (the local terminal only): a one-time login token. */
export const LoginLink = z.object({ token: z.string() });

/** What every refused request is answered with. */
export const Refusal = z.object({ error: z.object({ detail: z.string() }) });

/** `<data>/run/hub.json` (mode 600): how a local terminal finds its hub. `consoleToken` changes at every start. */
export const LocalHub = z.object({
  url: z.string(),
  pid: z.int(),
  version: z.string(),
  consoleToken: z.string(),
});
export type LocalHub = z.infer<typeof LocalHub>;

/** Process messages from hub to the process that started it (Node IPC). */
export const HubNotice = z.discriminatedUnion("type", [
  z.object({ type: z.literal("progress"), text: z.string() }),
  /** The agent of this machine may start; `enrol` when it has no place yet. */
  z.object({ type: z.literal("agent"), url: z.string(), hubKey: z.string(), enrol: z.optional(z.string()) }),
  /** Ready: the lines to print. */
  z.object({ type: z.literal("ready"), lines: z.array(z.string()) }),
  /** Failed to start: one clear line. */
  z.object({ type: z.literal("failed"), line: z.string() }),
]);
export type HubNotice = z.infer<typeof HubNotice>;
