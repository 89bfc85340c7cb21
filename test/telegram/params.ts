/** The parameters of one call, whichever way they came: typed reading with the real server's patience. */
import { badRequest } from "./refusal.ts";

/** A file that came with a multipart body. */
export interface Upload {
  readonly fileName: string;
  readonly mimeType: string;
  readonly bytes: Buffer;
}

/** JSON objects as they come from outside. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for a JSON object (no array, no null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Values may be texts (query, urlencoded, multipart) or JSON values (JSON body); reading makes no difference. */
export class Params {
  readonly values: ReadonlyMap<string, unknown>;
  readonly files: ReadonlyMap<string, Upload>;

  constructor(values: ReadonlyMap<string, unknown>, files: ReadonlyMap<string, Upload> = new Map()) {
    this.values = values;
    this.files = files;
  }

  /** The value as text; "" when it was not given. */
  text(name: string): string {
    const value = this.values.get(name);
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    return "";
  }

  /** The value as a whole number; 0 when it was not given or is none, as the real server reads it. */
  integer(name: string): number {
    const found = /^\s*(-?\d{1,16})/.exec(this.text(name));
    return found ? Number(found[1]) : 0;
  }

  /** True for `true`, `yes` and `1`. */
  flag(name: string): boolean {
    return ["true", "yes", "1"].includes(this.text(name).trim().toLowerCase());
  }

  /** The value as JSON; undefined when it was not given. A text that is no JSON is refused with `reason`. */
  json(name: string, reason: string): unknown {
    const value = this.values.get(name);
    if (value === undefined || value === null || value === "") return undefined;
    if (typeof value !== "string") return value;
    try {
      return JSON.parse(value);
    } catch (cause) {
      throw badRequest(reason, cause);
    }
  }
}
