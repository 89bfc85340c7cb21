/** The Engine API as tests ask it: plain HTTP over the socket, apart from the agent's own client. */
import { type IncomingMessage, request } from "node:http";

export interface EngineAnswer {
  status: number;
  /** The body as it came; `json` parses it. */
  text: string;
  json<T = unknown>(): T;
}

export interface AskOptions {
  /** Sent as JSON; bytes as a tar. */
  body?: object | Uint8Array;
  headers?: Record<string, string>;
}

const LONGEST_MS = 60_000;

/** Any method and any path, as they are written. Any status is an answer. */
export async function askEngine(
  socketPath: string,
  method: string,
  path: string,
  options: AskOptions = {},
): Promise<EngineAnswer> {
  const response = await openEngine(socketPath, method, path, options);
  const pieces: Uint8Array[] = [];
  for await (const piece of response) pieces.push(piece);
  const text = Buffer.concat(pieces).toString();
  return { status: response.statusCode ?? 0, text, json: () => JSON.parse(text) };
}

/** The same, with the body still to be read. */
function openEngine(
  socketPath: string,
  method: string,
  path: string,
  { body, headers = {} }: AskOptions = {},
): Promise<IncomingMessage> {
  const bytes = body instanceof Uint8Array ? body : body === undefined ? undefined : JSON.stringify(body);
  const type = body instanceof Uint8Array ? "application/x-tar" : "application/json";
  return new Promise((resolve, reject) => {
    const asked = request({
      socketPath,
      method,
      path,
      headers: { host: "docker", ...(bytes === undefined ? {} : { "content-type": type }), ...headers },
      agent: false,
      timeout: LONGEST_MS,
    });
    asked.on("timeout", () => asked.destroy(new Error(`${method} ${path}: nothing came for a minute`)));
    asked.on("response", resolve);
    asked.on("error", reject);
    asked.end(bytes);
  });
}
