/** Scraping: from a token to the newest samples, the right decided each time, and neither guessed nor flooded. */
import { Fault } from "@servereye/contract";
import { authorize } from "../access/authorize.ts";
import type { History } from "../ports/history.ts";
import type { Actor, People } from "../ports/people.ts";
import type { Clock } from "../ports/process.ts";
import type { Scrapes, ScrapeToken, ScrapeTokens } from "../ports/scrape.ts";

/** Older ones are no news: two and a half of the longest interval of an agent, ms. */
export const NEWS_MS = 150_000;
/** Scrapes of one server with one token: so many at once, and one more each second. */
const AT_ONCE = 5;
const EACH_MS = 1_000;
/** Wrong tokens from one address before it waits, and how long, ms. */
const WRONG_TRIES = 10;
const WRONG_WAIT_MS = 60_000;
/** Remembered of each kind; beyond it the one used longest ago is forgotten. */
const MOST = 10_000;

export interface ScrapeParts {
  tokens: Pick<ScrapeTokens, "find">;
  people: Pick<People, "actor">;
  history: Pick<History, "latest">;
  clock: Clock;
}

export function createScrapes({ tokens, people, history, clock }: ScrapeParts): Scrapes {
  const wrong = new Map<string, { tries: number; until: number }>();
  /** When as many as may be at once would be used up again, by token and server. */
  const full = new Map<string, number>();

  function remember<T>(map: Map<string, T>, key: string, value: T): void {
    map.delete(key);
    map.set(key, value);
    const [oldest] = map.keys();
    if (map.size > MOST && oldest !== undefined) map.delete(oldest);
  }

  /** Counts a try as wrong before its outcome is known, so that a burst at once can not slip through. */
  async function tokenOf(secret: string, from: string): Promise<ScrapeToken> {
    const now = clock.monotonic();
    const kept = wrong.get(from);
    const current = kept !== undefined && kept.until > now ? kept : { tries: 0, until: now + WRONG_WAIT_MS };
    if (current.tries >= WRONG_TRIES)
      throw new Fault("RATE_LIMITED", "too many wrong tokens from this address: wait a minute");
    current.tries += 1;
    remember(wrong, from, current);
    let found: ScrapeToken | undefined;
    try {
      found = await tokens.find(secret);
    } catch (error) {
      // A store that is away says nothing about the token.
      current.tries -= 1;
      throw error;
    }
    if (found === undefined)
      throw new Fault("TOKEN_INVALID", "there is no such token (any more): /prometheus makes one");
    current.tries -= 1;
    return found;
  }

  function pace(key: string): void {
    const now = clock.monotonic();
    const next = Math.max(full.get(key) ?? Number.NEGATIVE_INFINITY, now - AT_ONCE * EACH_MS) + EACH_MS;
    if (next > now) throw new Fault("RATE_LIMITED", "scraped more than once a second: set a longer interval");
    remember(full, key, next);
  }

  /** What the token's account may see now; a token is in no chat. */
  const actorOf = async ({ account }: ScrapeToken): Promise<Actor> => {
    const actor = await people.actor(account, "");
    if (actor === undefined)
      throw new Fault("TOKEN_INVALID", "who made this token has no access here any more");
    return actor;
  };

  return {
    async read(secret, serverId, from) {
      const token = await tokenOf(secret, from);
      pace(`${secret} ${serverId}`);
      const decision = authorize(await actorOf(token), "server.read", { serverId });
      const within = token.serverId === null || token.serverId === serverId;
      if (!within || !decision.allowed || decision.server === undefined)
        throw new Fault("SERVER_UNKNOWN", "there is no such server for this token");
      const { id, name } = decision.server;
      const values = await history.latest([id], undefined, NEWS_MS);
      return { server: { id, name }, values };
    },

    async targets(secret, from) {
      const token = await tokenOf(secret, from);
      pace(`${secret} targets`);
      const actor = await actorOf(token);
      return actor.servers
        .filter(({ id }) => token.serverId === null || token.serverId === id)
        .filter(({ id }) => authorize(actor, "server.read", { serverId: id }).allowed)
        .map(({ id, name }) => ({ id, name }));
    },
  };
}
