/** One POST of grammY's over node:http: half the processor time of node-fetch, which it would use otherwise. */
import { type Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Readable } from "node:stream";

/** What grammY hands over: JSON as a string, or a multipart stream. */
export interface Post {
  headers: Record<string, string>;
  body: string | Readable;
  signal: Pick<AbortSignal, "aborted" | "addEventListener" | "removeEventListener">;
}

/** All that grammY asks of an answer. */
export interface Answer {
  json(): Promise<unknown>;
}

/** Bytes; a full batch of updates is far below. */
const largestAnswer = 16 * 1024 * 1024;

/**
 * Rejects with node's own errors (`code` as usual), and when the answer is no JSON. Makes one attempt: also of a
 * resting connection that turns out to be cut nobody can say whether the request was read, and the queue counts that.
 */
export async function post(url: string, call: Post, agent: Agent): Promise<Answer> {
  const text = await exchange(url, call, agent);
  return { json: async () => text };
}

function exchange(url: string, call: Post, agent: Agent): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const { headers, body, signal } = call;
    const start = url.startsWith("https:") ? httpsRequest : httpRequest;
    const request: ClientRequest = start(url, { method: "POST", headers, agent });
    const abort = () => request.destroy(new Error("called off"));
    const end = (settle: () => void) => {
      signal.removeEventListener("abort", abort);
      settle();
    };
    request.on("error", (error) => end(() => reject(error)));
    request.on("response", (response) => {
      read(response).then(
        (value) => end(() => resolve(value)),
        (error: unknown) => end(() => reject(error)),
      );
    });
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
    else if (typeof body === "string") request.end(body);
    else body.on("error", (error) => request.destroy(error)).pipe(request);
  });
}

function read(response: IncomingMessage): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (part: string) => {
      text += part;
      if (text.length > largestAnswer) response.destroy(new Error("the answer is too long"));
    });
    response.on("error", reject);
    response.on("end", () => {
      try {
        resolve(JSON.parse(text));
      } catch (cause) {
        reject(new Error(`answered ${response.statusCode} and no JSON`, { cause }));
      }
    });
  });
}
