/** The control side over HTTP, for the page and for other processes: JSON under `/control/`, and the page at `/`. */
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import * as z from "zod/mini";
import type { Target } from "./actor.ts";
import type { Chats } from "./chats.ts";
import type { Control } from "./control.ts";
import { type ChatMessage, chatJson, userJson } from "./message.ts";
import { Refusal } from "./refusal.ts";
import { render35 } from "./render.ts";
import { readBody } from "./requestbody.ts";

const page = readFileSync(new URL("./page.html", import.meta.url), "utf8");
const largestControlBody = 1024 * 1024;

const Id = z.int();
const PersonBody = z.object({
  id: Id,
  firstName: z.string(),
  lastName: z.optional(z.string()),
  username: z.optional(z.string()),
  languageCode: z.optional(z.string()),
  started: z.optional(z.boolean()),
});
const GroupBody = z.object({
  id: Id,
  title: z.string(),
  members: z.array(Id),
  forum: z.optional(z.boolean()),
});
const WriteBody = z.object({
  text: z.string(),
  chat: z.optional(Id),
  threadId: z.optional(Id),
  replyTo: z.optional(Id),
});
const PressBody = z.object({
  label: z.optional(z.string()),
  data: z.optional(z.string()),
  chat: z.optional(Id),
  messageId: z.optional(Id),
  timeoutMs: z.optional(z.int()),
});
const BlockBody = z.object({ blocked: z.boolean() });
const RedeliverBody = z.object({ updateId: Id });
const NextBody = z.object({ contains: z.optional(z.string()), timeoutMs: z.optional(z.int()) });
const FaultBody = z.object({
  kind: z.enum(["400", "429", "500", "502", "drop", "delay", "drop-after"]),
  times: z.int(),
  method: z.optional(z.string()),
  chatId: z.optional(Id),
  description: z.optional(z.string()),
  retryAfter: z.optional(z.int()),
  delayMs: z.optional(z.int()),
});

type Handler = (id: number, body: unknown) => unknown;

/** Answers what is not the Bot API. */
export class ControlDoor {
  readonly #control: Control;
  readonly #chats: Chats;
  readonly #botName: string;
  readonly #watchers = new Set<ServerResponse>();
  readonly #routes: Readonly<Record<string, Handler>>;

  constructor(control: Control, chats: Chats, botName: string) {
    this.#control = control;
    this.#chats = chats;
    this.#botName = botName;
    chats.listeners.add(({ message }) => this.tell({ kind: "chat", chatId: message.chatId }));
    this.#routes = this.#table();
  }

  /** Tells all pages that something changed. */
  tell(event: object): void {
    for (const watcher of this.#watchers) watcher.write(`data: ${JSON.stringify(event)}\n\n`);
  }

  /** Ends the pages' streams. */
  close(): void {
    for (const watcher of this.#watchers) watcher.end();
    this.#watchers.clear();
  }

  /** Answers one request. Throws `Refusal`. */
  async answer(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    requireLocal(request);
    const method = request.method ?? "GET";
    if (url.pathname === "/" && method === "GET") return sendPage(response);
    if (url.pathname === "/control/stream" && method === "GET") return this.#watch(response);
    const file = /^\/control\/files\/([\w-]+)$/.exec(url.pathname)?.[1];
    if (file !== undefined && method === "GET") return this.#sendFile(file, response);
    const id = /\/(-?\d+)(?=\/|$)/.exec(url.pathname)?.[1];
    const handler = this.#routes[`${method} ${url.pathname.replace(/\/-?\d+(?=\/|$)/, "/:id")}`];
    if (!handler) throw new Refusal(404, "Not Found");
    const result = await tried(handler, Number(id ?? 0), method === "POST" ? await readJson(request) : {});
    const text = JSON.stringify({ ok: true, result: result ?? true });
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" }).end(text);
  }

  #table(): Record<string, Handler> {
    const control = this.#control;
    return {
      "GET /control/state": () => ({
        bot: this.#botName,
        persons: control.persons.map((person) => ({
          ...userJson(person),
          started: person.started,
          blocked: person.blocked,
        })),
        groups: control.groups.map((group) => ({ ...chatJson(group), members: [...group.members.keys()] })),
        pendingUpdates: control.pendingUpdates,
        attended: control.attended,
      }),
      "GET /control/calls": () => control.calls,
      "GET /control/warnings": () => control.warnings,
      "GET /control/chats/:id": (id) => ({
        messages: control.chat(id).messages.map(shown),
        actions: control.chat(id).actions,
        menu: control.menu(id, this.#chats.persons.get(id)?.languageCode ?? ""),
      }),
      "POST /control/chats/:id/next": async (id, body) => {
        const { contains = "", timeoutMs } = parsed(NextBody, body);
        return shown(await control.chat(id).next((m) => m.text.includes(contains), wait(timeoutMs)));
      },
      "POST /control/persons": (_id, body) => void control.person(parsed(PersonBody, body)),
      "POST /control/groups": (_id, body) => void control.group(parsed(GroupBody, body)),
      "POST /control/persons/:id/write": (id, body) => {
        const { text, ...place } = parsed(WriteBody, body);
        const { message, updateId } = control.actor(id).write(text, place);
        return { messageId: message.messageId, updateId };
      },
      "POST /control/persons/:id/press": async (id, body) => {
        const { label, data, timeoutMs, ...on } = parsed(PressBody, body);
        const target: Target = data === undefined ? (label ?? "") : { data };
        const press = control.actor(id).press(target, on);
        return {
          queryId: press.queryId,
          updateId: press.updateId,
          answer: await press.answered(wait(timeoutMs)),
        };
      },
      "POST /control/persons/:id/block": (id, body) => {
        if (parsed(BlockBody, body).blocked) control.actor(id).block();
        else control.actor(id).unblock();
      },
      "POST /control/redeliver": (_id, body) => control.redeliver(parsed(RedeliverBody, body).updateId),
      "POST /control/faults": (_id, body) => control.faults.add(parsed(FaultBody, body)),
    };
  }

  #watch(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(": here\n\n");
    this.#watchers.add(response);
    response.on("close", () => this.#watchers.delete(response));
  }

  /** Only pictures are shown in place; anything else is a download, so that no sent file can act on the page. */
  #sendFile(fileId: string, response: ServerResponse): void {
    const { bytes, mimeType, fileName } = this.#control.file(fileId);
    const picture = /^image\/(png|jpeg|webp)$/.test(mimeType);
    response.writeHead(200, {
      "content-type": picture ? mimeType : "application/octet-stream",
      "content-disposition": `${picture ? "inline" : "attachment"}; filename*=UTF-8''${encodeURIComponent(fileName)}`,
      "x-content-type-options": "nosniff",
    });
    response.end(bytes);
  }
}

/** A slip of the caller (no such person, no such button) is a refusal, anything else stays a fault of the emulator. */
async function tried(handler: Handler, id: number, body: unknown): Promise<unknown> {
  try {
    return await handler(id, body);
  } catch (cause) {
    if (cause instanceof RangeError)
      throw new Refusal(400, `Bad Request: ${cause.message}`, undefined, { cause });
    throw cause;
  }
}

/** A message as the control side tells it over HTTP. */
function shown(message: ChatMessage): object {
  const { media, markup: _, ...rest } = message;
  const file = media && {
    fileId: media.fileId,
    fileName: media.fileName,
    mimeType: media.mimeType,
    size: media.bytes.length,
  };
  return { ...rest, ...(file ? { file } : {}), drawn: render35(message) };
}

function wait(timeoutMs: number | undefined): { timeoutMs?: number } {
  return timeoutMs === undefined ? {} : { timeoutMs };
}

/** A page of another site must neither read nor command the emulator. */
function requireLocal(request: IncomingMessage): void {
  const name = (request.headers.host ?? "").replace(/:\d+$/, "");
  if (!["127.0.0.1", "localhost", "[::1]"].includes(name))
    throw new Refusal(403, "Forbidden: not this host's name");
  const json = (request.headers["content-type"] ?? "").startsWith("application/json");
  if (request.method === "POST" && !json) throw new Refusal(415, "Unsupported Media Type: JSON expected");
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const body = await readBody(request, largestControlBody);
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (cause) {
    throw new Refusal(400, "Bad Request: JSON expected", undefined, { cause });
  }
}

function parsed<T extends z.ZodMiniType>(schema: T, body: unknown): z.output<T> {
  const result = z.safeParse(schema, body);
  if (result.success) return result.data;
  throw new Refusal(400, `Bad Request: ${z.prettifyError(result.error)}`, undefined, { cause: result.error });
}

function sendPage(response: ServerResponse): void {
  const policy =
    "default-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'";
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": policy });
  response.end(page);
}
