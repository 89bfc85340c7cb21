/** Every migration by its number, in order. One that was released is never changed: add the next. */
import type { Migration } from "kysely/migration";
import { foundation } from "./0001-foundation.ts";

export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001-foundation": foundation,
};
