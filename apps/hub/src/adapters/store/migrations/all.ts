/** Every migration by its number, in order. One that was released is never changed: add the next. */
import type { Migration } from "kysely/migration";
import { foundation } from "./0001-foundation.ts";
import { hubs } from "./0002-hubs.ts";
import { outcomes } from "./0004-outcomes.ts";
import { auditTrim } from "./0005-audit-trim.ts";
import { wizards } from "./0006-wizards.ts";
import { auditBegun } from "./0007-audit-begun.ts";
import { episodes } from "./0008-episodes.ts";
import { history } from "./0009-history.ts";
import { arrivals } from "./0010-arrivals.ts";
import { scrapeTokens } from "./0011-scrape-tokens.ts";

export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001-foundation": foundation,
  "0002-hubs": hubs,
  "0004-outcomes": outcomes,
  "0005-audit-trim": auditTrim,
  "0006-wizards": wizards,
  "0007-audit-begun": auditBegun,
  "0008-episodes": episodes,
  "0009-history": history,
  "0010-arrivals": arrivals,
  "0011-scrape-tokens": scrapeTokens,
};
