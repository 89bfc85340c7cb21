/** Reads a call's parameters from its query and its JSON, urlencoded or multipart body. */
import type { IncomingMessage } from "node:http";
import { readParts } from "./multipart.ts";
import { isObject, Params, type Upload } from "./params.ts";
import { badRequest, Refusal } from "./refusal.ts";

/** The largest body taken, in bytes: a 50 MB document and its surroundings. */
const largestBody = 52 * 1024 * 1024;

/** The whole body. Throws `Refusal` 413 when it is too large. */
export function readBody(request: IncomingMessage, limit: number = largestBody): Promise<Buffer> {
  // By events: reading by async iteration doubles the cost of a small call, and benches run against this.
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    request.on("data", (part: Buffer) => {
      size += part.length;
      if (size <= limit) parts.push(part);
      else reject(new Refusal(413, "Request Entity Too Large"));
    });
    request.on("end", () => resolve(Buffer.concat(parts)));
    request.on("error", reject);
    request.on("close", () => reject(new Error("the caller hung up before the end of the body")));
  });
}

/** The parameters of a Bot API call. The body wins over the query. Throws `Refusal`. */
export async function readParams(request: IncomingMessage, query: URLSearchParams): Promise<Params> {
  const values = new Map<string, unknown>(query);
  const files = new Map<string, Upload>();
  const body = await readBody(request);
  const type = (request.headers["content-type"] ?? "").toLowerCase();
  if (body.length === 0) return new Params(values, files);
  if (type.startsWith("application/json")) readJson(body, values);
  else if (type.startsWith("application/x-www-form-urlencoded")) {
    for (const [name, value] of new URLSearchParams(body.toString("utf8"))) values.set(name, value);
  } else if (type.startsWith("multipart/form-data")) {
    readMultipart(body, request.headers["content-type"] ?? "", values, files);
  } else throw badRequest(`unsupported content type "${type}"`);
  return new Params(values, files);
}

function readJson(body: Buffer, values: Map<string, unknown>): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString("utf8"));
  } catch (cause) {
    throw badRequest("can't parse JSON object", cause);
  }
  if (!isObject(parsed)) throw badRequest("object expected");
  for (const [name, value] of Object.entries(parsed)) if (value !== null) values.set(name, value);
}

function readMultipart(
  body: Buffer,
  type: string,
  values: Map<string, unknown>,
  files: Map<string, Upload>,
): void {
  try {
    for (const [name, value] of readParts(body, type)) {
      if (typeof value === "string") values.set(name, value);
      else files.set(name, value);
    }
  } catch (cause) {
    if (cause instanceof SyntaxError) throw badRequest("can't parse multipart body", cause);
    throw cause;
  }
}
