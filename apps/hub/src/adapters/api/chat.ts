/** The chat of the page and the terminal over HTTP: write, press, follow. */

import { type ChatEvent, Fault, PressRequest, WriteRequest } from "@servereye/contract";
import type { FastifyInstance, FastifyRequest } from "fastify";
import * as z from "zod/mini";
import type { Conversations } from "../../core/ports/chat.ts";
import type { Log } from "../../core/ports/process.ts";
import { accountOf, type SessionOptions } from "./session.ts";

export interface ChatOptions extends SessionOptions {
  conversations: Conversations;
  menu(languageCode: string | undefined): Array<{ name: string; about: string }>;
  log: Log;
}

const FilePath = z.object({ id: z.string().check(z.maxLength(64)) });

/** Followers of this hub at once, and bytes one of them may fall behind before it is let go. */
const MOST_FOLLOWERS = 200;
const MOST_BEHIND = 1_048_576;
/** A comment line each so often keeps proxies from closing a quiet stream, ms. */
const KEEP_ALIVE_MS = 20_000;
/** Messages and presses of one account being handled at once. */
const MOST_OPEN = 20;

const languageOf = (request: FastifyRequest): string | undefined =>
  request.headers["accept-language"]?.split(",")[0]?.slice(0, 35);

export function chatRoutes(app: FastifyInstance, options: ChatOptions): void {
  const { conversations, clock } = options;
  const open = new Map<string, number>();
  let followers = 0;

  /** Takes a place for one more thing to handle and gives what gives it back. Fault RATE_LIMITED when there is none. */
  const place = (who: string): (() => void) => {
    const now = open.get(who) ?? 0;
    if (now >= MOST_OPEN)
      throw new Fault("RATE_LIMITED", "too many questions at once: wait for some answers");
    open.set(who, now + 1);
    return () => {
      const left = (open.get(who) ?? 1) - 1;
      if (left > 0) open.set(who, left);
      else open.delete(who);
    };
  };

  app.post("/api/v1/chat/messages", async (request, reply) => {
    const account = await accountOf(request, options);
    const body = WriteRequest.safeParse(request.body);
    if (!body.success) throw new Fault("FRAME_INVALID", "a message is {text} of 1 to 4096 characters");
    const done = place(account.externalId);
    const handled = conversations
      .write(account, body.data.text, languageOf(request))
      .catch((error: unknown) => options.log.warn("console.write_failed", { error: String(error) }))
      .finally(done);
    // RFC 7240: who asks for it is answered when the bot has said all it had to say (a script at the terminal).
    if (request.headers.prefer === "wait") await handled;
    return reply.status(202).send({});
  });

  app.post("/api/v1/chat/presses", async (request) => {
    const account = await accountOf(request, options);
    const body = PressRequest.safeParse(request.body);
    if (!body.success) throw new Fault("FRAME_INVALID", "a press is {messageId, token}");
    const done = place(account.externalId);
    const { messageId, token } = body.data;
    return conversations.press(account, messageId, token, languageOf(request)).finally(done);
  });

  app.get("/api/v1/chat/commands", async (request) => {
    await accountOf(request, options);
    return { commands: options.menu(languageOf(request)) };
  });

  app.get("/api/v1/chat/files/:id", async (request, reply) => {
    const account = await accountOf(request, options);
    const { id } = FilePath.parse(request.params);
    const file = conversations.file(account, id);
    if (file === undefined)
      return reply
        .status(404)
        .send({ error: { code: "NOT_KEPT", detail: "this file is not kept any more: ask for it again" } });
    return reply
      .headers({
        "content-type": file.mediaType.startsWith("text/plain")
          ? "text/plain; charset=utf-8"
          : "application/octet-stream",
        // RFC 6266: the whole name, and one for readers of ASCII alone.
        "content-disposition": `attachment; filename="${file.name.replace(/[^\x20-\x7e]/g, "_")}"; filename*=UTF-8''${encodeURIComponent(file.name).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`)}`,
        "cache-control": "no-store",
        "content-security-policy": "sandbox",
      })
      .send(Buffer.from(file.bytes));
  });

  app.get("/api/v1/chat/events", { exposeHeadRoute: false }, async (request, reply) => {
    const account = await accountOf(request, options);
    if (followers >= MOST_FOLLOWERS) throw new Fault("RATE_LIMITED", "too many pages are open on this hub");
    const stream = reply.raw;
    reply.hijack();
    // Gone while it was looked up who they are: its "close" has been already.
    if (stream.destroyed || request.raw.destroyed) return;
    followers++;
    let quiet = (): void => undefined;
    let end = (): void => undefined;
    stream.once("close", () => {
      followers--;
      quiet();
      end();
    });
    stream.on("error", (error) => options.log.debug("console.follower_error", { error: String(error) }));
    stream.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
      "x-content-type-options": "nosniff",
    });
    const write = (text: string): void => {
      if (stream.destroyed) return;
      stream.write(text);
      if (stream.writableLength > kept + MOST_BEHIND) stream.destroy();
    };
    // What is kept is told in one go, whatever its size: only what comes on top of it makes a follower slow.
    let kept = Number.POSITIVE_INFINITY;
    write("retry: 1000\n\n");
    end = conversations.follow(account, (event: ChatEvent) => write(`data: ${JSON.stringify(event)}\n\n`));
    // All that was kept has been told: what a follower still holds beyond it has vanished.
    write("event: kept\ndata: {}\n\n");
    kept = stream.writableLength;
    const keepAlive = async (): Promise<void> => {
      // Who has logged out, or whose session has run out, sees nothing more.
      const still = await accountOf(request, options).then(
        () => true,
        // A store that is away for a moment ends nobody's session.
        (error: unknown) => !(error instanceof Fault && error.code === "TOKEN_INVALID"),
      );
      if (!still) stream.end();
      if (!still || stream.destroyed) return;
      write(": still here\n\n");
      quiet = clock.after(KEEP_ALIVE_MS, () => void keepAlive());
    };
    quiet = clock.after(KEEP_ALIVE_MS, () => void keepAlive());
  });
}
