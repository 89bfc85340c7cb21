/** Calls the emulator as a bot does, for its own tests: over HTTP, answer and all. */
import type { Emulator } from "./emulator.ts";

/** The envelope of the Bot API. */
export interface Answer {
  readonly ok: boolean;
  readonly result?: unknown;
  readonly error_code?: number;
  readonly description?: string;
  readonly parameters?: { readonly retry_after?: number };
}

/** One call with a JSON body. Rejects when the connection breaks. */
export async function call(emulator: Emulator, method: string, params: object = {}): Promise<Answer> {
  const response = await fetch(`${emulator.url}/bot${emulator.token}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(params),
    signal: AbortSignal.timeout(20_000),
  });
  return answerOf(await response.json());
}

/** The envelope, checked. */
export function answerOf(value: unknown): Answer {
  if (typeof value !== "object" || value === null || !("ok" in value))
    throw new TypeError("no Bot API answer");
  return { ...value, ok: value.ok === true };
}

/** A field of a JSON object by its path, for short assertions. */
export function field(value: unknown, ...path: (string | number)[]): unknown {
  let at: unknown = value;
  for (const key of path) at = at !== null && typeof at === "object" ? Reflect.get(at, key) : undefined;
  return at;
}
