/** The "no" of the Bot API: a code, a description and what the caller may do about it. */

/** What Telegram adds to some refusals; times in seconds. */
export interface RefusalParameters {
  readonly retry_after?: number;
  readonly migrate_to_chat_id?: number;
}

/** A call that is answered `{ok: false, error_code, description, parameters?}`. */
export class Refusal extends Error {
  readonly code: number;
  readonly description: string;
  readonly parameters: RefusalParameters | undefined;

  constructor(code: number, description: string, parameters?: RefusalParameters, options?: ErrorOptions) {
    super(description, options);
    this.name = "Refusal";
    this.code = code;
    this.description = description;
    this.parameters = parameters;
  }
}

/** 400. As the real server does, the first letter is made small unless the second is a capital (a code name). */
export function badRequest(reason: string, cause?: unknown): Refusal {
  const second = reason.charAt(1);
  const named = second !== second.toLowerCase() || second === "_";
  const text = named ? reason : reason.charAt(0).toLowerCase() + reason.slice(1);
  return new Refusal(400, `Bad Request: ${text}`, undefined, cause === undefined ? undefined : { cause });
}

/** 403. */
export function forbidden(reason: string): Refusal {
  return new Refusal(403, `Forbidden: ${reason}`);
}

/** 409. */
export function conflict(reason: string): Refusal {
  return new Refusal(409, `Conflict: ${reason}`);
}

/** 429, with the whole seconds to wait. */
export function tooMany(seconds: number): Refusal {
  return new Refusal(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
}
