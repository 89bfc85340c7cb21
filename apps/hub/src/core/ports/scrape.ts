/** Newest samples for a Prometheus that scrapes: who may, and what it is given. */
import type { Series } from "@servereye/contract";
import type { Account } from "./people.ts";

/** What a scrape token stands for: it reads what this account may see when it is used, one server or all. */
export interface ScrapeToken {
  account: Account;
  /** Null: every server that the account may see. */
  serverId: string | null;
}

/** Kept as SHA-256 only. Every method rejects with Fault STORE_UNAVAILABLE when the store can not be reached. */
export interface ScrapeTokens {
  /** The account's earlier one for the same ends with it. */
  make(secret: string, token: ScrapeToken, now: number): Promise<void>;
  find(secret: string): Promise<ScrapeToken | undefined>;
  /** Ends all of a person's, whichever account made them; gives how many. */
  revoke(personId: string): Promise<number>;
}

export interface Scraped {
  server: { id: string; name: string };
  /** The newest of each series, none where nothing is measured. `at`: epoch ms. */
  values: ReadonlyArray<{ series: Series; at: number; value: number }>;
}

/**
 * The right is decided anew at each call. Faults: TOKEN_INVALID, SERVER_UNKNOWN (or not to be seen), RATE_LIMITED,
 * STORE_UNAVAILABLE.
 */
export interface Scrapes {
  /** `from`: address of who asks, by which wrong tokens are counted. */
  read(secret: string, serverId: string, from: string): Promise<Scraped>;
  /** The servers that can be scraped with it. */
  targets(secret: string, from: string): Promise<Array<{ id: string; name: string }>>;
}
