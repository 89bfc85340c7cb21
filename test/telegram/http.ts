/** The emulator over HTTP: Bot API calls, file downloads, the control side and the page. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Api } from "./api.ts";
import type { Chats } from "./chats.ts";
import type { Clock } from "./clock.ts";
import type { ControlDoor } from "./controldoor.ts";
import type { Fault, Faults } from "./faults.ts";
import type { Params } from "./params.ts";
import { badRequest, Refusal, tooMany } from "./refusal.ts";
import { readParams } from "./requestbody.ts";

/** What the door opens to. */
export interface Rooms {
  readonly token: string;
  readonly clock: Clock;
  readonly api: Api;
  readonly chats: Chats;
  readonly faults: Faults;
  readonly control: ControlDoor;
}

/** A server that is not listening yet. */
export function emulatorServer(rooms: Rooms): Server {
  return createServer((request, response) => {
    response.on("error", () => {
      // The caller hung up; there is nobody left to tell.
    });
    answer(rooms, request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) response.destroy();
      else if (error instanceof Refusal) send(response, error.code, refusalJson(error));
      else
        send(response, 500, {
          ok: false,
          error_code: 500,
          description: `Internal Server Error: ${String(error)}`,
        });
    });
  });
}

async function answer(rooms: Rooms, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = URL.parse(`http://emulator${request.url ?? "/"}`);
  if (!url) throw new Refusal(400, "Bad Request");
  const [, first = "", ...rest] = url.pathname.split("/").map(decoded);
  if (first === "file" && rest[0]?.startsWith("bot") === true) {
    requireToken(rooms, rest[0].slice("bot".length));
    return download(rooms.chats, rest.slice(1).join("/"), response);
  }
  if (first.startsWith("bot")) {
    requireToken(rooms, first.slice("bot".length));
    return callMethod(rooms, rest.join("/"), url.searchParams, request, response);
  }
  await rooms.control.answer(url, request, response);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Not percent-encoding: taken as it stands.
    return part;
  }
}

function requireToken(rooms: Rooms, token: string): void {
  if (!token.includes(":") || token.length > 80)
    throw new Refusal(401, "Unauthorized: invalid token specified");
  if (token !== rooms.token) throw new Refusal(401, "Unauthorized");
}

function download(chats: Chats, path: string, response: ServerResponse): void {
  const id = /^documents\/([\w-]+)(?:\.[a-z0-9]+)?$/i.exec(path)?.[1] ?? "";
  const media = chats.files.get(id);
  if (!media) throw new Refusal(404, "Not Found: file not found");
  response.writeHead(200, {
    "content-type": "application/octet-stream",
    "content-length": media.bytes.length,
  });
  response.end(media.bytes);
}

async function callMethod(
  rooms: Rooms,
  name: string,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const hangUp = new AbortController();
  response.on("close", () => {
    if (!response.writableEnded) hangUp.abort();
  });
  const params = await readParams(request, query);
  const fault = rooms.faults.take(name, chatOf(params));
  if (fault && (await suffer(rooms.clock, fault, response))) return;
  try {
    const result = await rooms.api.call(name, params, hangUp.signal);
    if (fault?.kind === "drop-after") response.destroy();
    else send(response, 200, { ok: true, result });
  } catch (error) {
    if (fault?.kind !== "drop-after" || !(error instanceof Refusal)) throw error;
    response.destroy();
  }
}

/** Does what a fault does before the work; true when there is to be no work. Throws `Refusal`. */
async function suffer(clock: Clock, fault: Fault, response: ServerResponse): Promise<boolean> {
  switch (fault.kind) {
    case "400":
      throw badRequest(fault.description ?? "refused");
    case "429":
      throw tooMany(fault.retryAfter ?? 1);
    case "500":
      throw new Refusal(500, "Internal Server Error");
    case "502":
      throw new Refusal(502, "Bad Gateway");
    case "drop":
      response.destroy();
      return true;
    case "delay":
      await new Promise<void>((resolve) => clock.schedule(fault.delayMs ?? 1_000, resolve));
      return response.destroyed;
    case "drop-after":
      return false;
  }
}

function chatOf(params: Params): number {
  return params.integer("chat_id");
}

function refusalJson({ code, description, parameters }: Refusal): object {
  return { ok: false, error_code: code, description, ...(parameters ? { parameters } : {}) };
}

/** Answers with JSON. */
export function send(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}
