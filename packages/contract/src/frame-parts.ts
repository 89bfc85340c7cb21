/** What stands in frames of either direction. */
import * as z from "zod/mini";

export const Bytes32 = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/));
export const Signature = z.string().check(z.regex(/^[A-Za-z0-9_-]{86}$/));
export const Uuid = z
  .string()
  .check(z.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/));
export const short = (max: number) => z.string().check(z.maxLength(max));
