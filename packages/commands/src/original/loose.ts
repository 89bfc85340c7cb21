/** Values of what an agent of the Go original told: numbers as text, nulls and what is missing are taken as they come. */
import { Fault } from "@servereye/contract";

/** Names and words of an agent that are kept, UTF-16 units. */
const LONGEST = 200;

export type Fields = Readonly<Record<string, unknown>>;

/** An object's fields; none of anything else. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A finite number, also written as text; undefined for anything else. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** A number that counts or measures something: negative ones say nothing. */
export function amountOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return number === undefined || number < 0 ? undefined : number;
}

/** A text without the space around it, cut; empty for anything else. */
export const textOf = (value: unknown, longest = LONGEST): string =>
  typeof value === "string" ? value.trim().slice(0, longest).toWellFormed() : "";

/** Epoch ms of a moment written as RFC 3339 text, or in seconds or milliseconds since 1970. */
export function momentOf(value: unknown): number | undefined {
  const number = amountOf(value);
  // 10^11 seconds are the year 5138, as many milliseconds March 1973.
  if (number !== undefined)
    return number === 0 ? undefined : Math.round(number < 1e11 ? number * 1_000 : number);
  const parsed = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) || parsed <= 0 ? undefined : parsed;
}

/** What a reply without the one thing asked for comes to. */
export const useless = (what: string): Fault => new Fault("ANSWER_INVALID", `the reply tells no ${what}`);
