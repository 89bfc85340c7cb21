/** Who is there from the start: the person at this hub's own page, and the admins the configuration names. */
import type { Account, Person } from "./core/ports/people.ts";
import type { Chance, Clock } from "./core/ports/process.ts";
import type { Store } from "./core/ports/store.ts";

const OWNER: Account = { channel: "local", externalId: "owner" };
/** Setting: the ids that the last start's configuration named. */
const APPOINTED = "admins.appointed";
/** A setup link that nobody opened is worth nothing after a day; the next start prints a new one. */
const SETUP_TTL_MS = 24 * 3_600_000;

/** The person who runs this hub: whoever holds its login link, terminal or setup link. */
export function ownerOf(store: Store): Promise<Person> {
  return store.people.admit(OWNER, { name: "Owner", admin: true });
}

/**
 * Makes the listed Telegram ids admins. The first of them is taken for the person who runs this hub, as long as
 * that one has no Telegram account yet: so the page, the terminal and Telegram show the same servers.
 */
export async function appointAdmins(store: Store, owner: Person, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const account: Account = { channel: "telegram", externalId: id };
    const known = await store.people.byAccount(account);
    const ownerHasTelegram = (await store.people.accounts(owner.id)).some(
      ({ channel }) => channel === "telegram",
    );
    if (known !== undefined) await store.people.setAdmin(known.id, true);
    else if (!ownerHasTelegram) await store.people.link(account, owner.id);
    else await store.people.admit(account, { name: `Telegram ${id}`, admin: true });
  }
  // Who was an admin by the last configuration alone and is not named any more is none from now on. The person who
  // runs this hub stays one: whoever can change the configuration is that person.
  const before = (await store.settings.get(APPOINTED))?.split(",") ?? [];
  for (const id of before.filter((one) => one !== "" && !ids.includes(one))) {
    const person = await store.people.byAccount({ channel: "telegram", externalId: id });
    if (person !== undefined && person.id !== owner.id) await store.people.setAdmin(person.id, false);
  }
  await store.settings.set(APPOINTED, ids.join(","));
}

/** Telegram ids of all admins. */
export async function adminsOnTelegram(store: Store): Promise<string[]> {
  const admins = await store.people.admins();
  const accounts = await Promise.all(admins.map((person) => store.people.accounts(person.id)));
  return accounts
    .flat()
    .filter(({ channel }) => channel === "telegram")
    .map(({ externalId }) => externalId);
}

/** A fresh setup secret, when no admin is on Telegram yet; older ones are made worthless. */
export async function setupSecret(store: Store, clock: Clock, chance: Chance): Promise<string | undefined> {
  await store.tickets.revoke("setup", null);
  if ((await adminsOnTelegram(store)).length > 0) return undefined;
  const secret = chance.token(24);
  await store.tickets.issue(secret, { kind: "setup", issuer: null, data: {} }, clock.now() + SETUP_TTL_MS);
  return secret;
}
