/** Pushes updates to the bot's webhook: in order within a chat, chats side by side, again after a failure. */
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Cancel, Clock } from "./clock.ts";
import { isObject, type JsonObject, Params } from "./params.ts";
import type { UpdateQueue, Waiting } from "./updates.ts";

/** A webhook as `setWebhook` set it. */
export interface Hook {
  readonly url: string;
  /** Sent as `X-Telegram-Bot-Api-Secret-Token`; "" for none. */
  readonly secret: string;
  readonly maxConnections: number;
}

/** The last failure; `at` in milliseconds since 1970. */
export interface HookFailure {
  readonly at: number;
  readonly message: string;
}

/** Longest wait for the bot's answer, and bounds of the pause after a failure, which doubles; in milliseconds. */
const answerWithinMs = 60_000;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
const largestAnswer = 1024 * 1024;

/** The pusher. Does nothing until `set`, and nothing after `close`. */
export class WebhookPusher {
  readonly #queue: UpdateQueue;
  readonly #clock: Clock;
  readonly #perform: (method: string, params: Params) => Promise<unknown>;
  readonly #agents = [new HttpAgent({ keepAlive: true }), new HttpsAgent({ keepAlive: true })] as const;
  readonly #busy = new Set<number>();
  readonly #pauses = new Map<number, { cancel: Cancel; failures: number }>();
  #hook: Hook | undefined;
  #stop = new AbortController();
  failure: HookFailure | undefined;

  /** @param perform runs a method that the bot put into its answer */
  constructor(
    queue: UpdateQueue,
    clock: Clock,
    perform: (method: string, params: Params) => Promise<unknown>,
  ) {
    this.#queue = queue;
    this.#clock = clock;
    this.#perform = perform;
    queue.listeners.add(() => this.#pump());
  }

  get hook(): Hook | undefined {
    return this.#hook;
  }

  /** Sets the webhook, or takes it away. What is under way is cut and will be sent again. */
  set(hook: Hook | undefined): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    for (const { cancel } of this.#pauses.values()) cancel();
    this.#pauses.clear();
    this.#busy.clear();
    this.failure = undefined;
    this.#hook = hook;
    this.#pump();
  }

  close(): void {
    this.set(undefined);
    for (const agent of this.#agents) agent.destroy();
  }

  #pump(): void {
    const hook = this.#hook;
    if (!hook) return;
    for (const update of [...this.#queue.waiting]) {
      if (this.#busy.size >= hook.maxConnections) return;
      if (!this.#busy.has(update.chatId)) void this.#deliver(hook, update, this.#stop.signal);
    }
  }

  async #deliver(hook: Hook, update: Waiting, stopped: AbortSignal): Promise<void> {
    this.#busy.add(update.chatId);
    let answer: string | undefined;
    let problem = "";
    try {
      const { status, reason, body } = await this.#post(hook, update.json, stopped);
      if (status >= 200 && status < 300) answer = body;
      else problem = `Wrong response from the webhook: ${status} ${reason}`;
    } catch (error) {
      // Told to the bot's owner by getWebhookInfo, and tried again.
      problem = error instanceof Error ? error.message : String(error);
    }
    if (stopped.aborted) return;
    if (answer === undefined) return this.#pause(update.chatId, problem);
    this.#queue.remove(update);
    this.#pauses.delete(update.chatId);
    this.#busy.delete(update.chatId);
    await this.#performAnswer(answer);
    this.#pump();
  }

  #pause(chatId: number, problem: string): void {
    this.failure = { at: this.#clock.now(), message: problem };
    const failures = (this.#pauses.get(chatId)?.failures ?? 0) + 1;
    const cancel = this.#clock.schedule(Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs), () => {
      this.#busy.delete(chatId);
      this.#pump();
    });
    this.#pauses.set(chatId, { cancel, failures });
  }

  /** The bot may put one call into its answer; it never learns the result. */
  async #performAnswer(answer: string): Promise<void> {
    let call: unknown;
    try {
      call = JSON.parse(answer);
    } catch {
      // An answer that is no JSON asks for nothing.
      return;
    }
    if (!isObject(call) || typeof call.method !== "string") return;
    const { method, ...values } = call;
    await this.#perform(String(method), new Params(new Map(Object.entries(values))));
  }

  #post(
    hook: Hook,
    update: JsonObject,
    stopped: AbortSignal,
  ): Promise<{ status: number; reason: string; body: string }> {
    const secure = hook.url.startsWith("https:");
    const body = JSON.stringify(update);
    const timeout = new AbortController();
    const cancel = this.#clock.schedule(answerWithinMs, () => timeout.abort());
    return new Promise<{ status: number; reason: string; body: string }>((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(hook.url, {
        method: "POST",
        agent: this.#agents[secure ? 1 : 0],
        signal: AbortSignal.any([stopped, timeout.signal]),
        headers: {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          ...(hook.secret === "" ? {} : { "x-telegram-bot-api-secret-token": hook.secret }),
        },
      });
      request.on("error", (cause) => {
        reject(timeout.signal.aborted ? new Error("Read timeout expired", { cause }) : spoken(cause));
      });
      request.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => {
          if (text.length < largestAnswer) text += part;
        });
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, reason: response.statusMessage ?? "", body: text }),
        );
      });
      request.end(body);
    }).finally(cancel);
  }
}

function spoken(cause: Error): Error {
  const refused = "code" in cause && cause.code === "ECONNREFUSED";
  return refused ? new Error("Connection refused", { cause }) : cause;
}
