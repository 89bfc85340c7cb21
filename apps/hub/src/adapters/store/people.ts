/** Persons, their accounts, and what an account may see: the first question of every message. */
import { Fault } from "@servereye/contract";
import { type Kysely, sql } from "kysely";
import type { Account, Actor, People, Person, SeenServer } from "../../core/ports/people.ts";
import type { Chance, Clock } from "../../core/ports/process.ts";
import { batcher } from "./batch.ts";
import { noSuchPerson } from "./fault.ts";
import { isStorable, storableName } from "./name.ts";
import type { Tables } from "./tables.ts";
import { whole } from "./transaction.ts";

const PERSON = ["persons.id", "persons.name", "persons.language", "persons.admin"] as const;

interface Asker {
  account: Account;
  chatId: string;
}

export function peopleIn(db: Kysely<Tables>, clock: Clock, chance: Chance): People {
  // A hundred people who write at once are one look.
  const looks = batcher({
    flush: (askers: Asker[]) => actors(db, askers),
    most: 200,
    bound: 10_000,
    lanes: 4,
  });

  const byAccount = (from: Kysely<Tables>, account: Account): Promise<Person | undefined> =>
    from
      .selectFrom("accounts")
      .innerJoin("persons", "persons.id", "accounts.person_id")
      .select(PERSON)
      .where("accounts.channel", "=", account.channel)
      .where("accounts.external_id", "=", account.externalId)
      .executeTakeFirst();

  async function update(
    personId: string,
    change: { language: string | null } | { admin: boolean } | { name: string },
  ) {
    const result = await db
      .updateTable("persons")
      .set(change)
      .where("id", "=", personId)
      .executeTakeFirstOrThrow();
    if (result.numUpdatedRows === 0n) throw noSuchPerson();
  }

  return {
    async actor(account, chatId) {
      if (!isStorable(account.externalId) || !isStorable(chatId)) return undefined;
      const asker = { account, chatId };
      return (await looks.add([asker])).get(asker);
    },

    async admit(account, details) {
      const name = storableName(details.name);
      return whole(db, async (trx) => {
        // Two updates of one newcomer may be handled at once: the second waits here and finds the person.
        const key = `account ${account.channel} ${account.externalId}`;
        await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(trx);
        const known = await byAccount(trx, account);
        if (known !== undefined) {
          if (!details.admin || known.admin) return known;
          await trx.updateTable("persons").set({ admin: true }).where("id", "=", known.id).execute();
          return { ...known, admin: true };
        }
        const person = { id: chance.uuid(), name, language: null, admin: details.admin };
        const created_at = clock.now();
        await trx
          .insertInto("persons")
          .values({ ...person, created_at })
          .execute();
        await trx
          .insertInto("accounts")
          .values({ ...columns(account), person_id: person.id, created_at })
          .execute();
        return person;
      });
    },

    async link(account, personId) {
      const added = await db
        .insertInto("accounts")
        .values({ ...columns(account), person_id: personId, created_at: clock.now() })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      if (added.numInsertedOrUpdatedRows === 1n) return;
      const owner = await byAccount(db, account);
      if (owner?.id !== personId) throw new Fault("NOT_ALLOWED", "the account is somebody else's");
    },

    async byAccount(account) {
      return isStorable(account.externalId) ? byAccount(db, account) : undefined;
    },

    async accounts(personId) {
      return db
        .selectFrom("accounts")
        .select(["channel", "external_id as externalId"])
        .where("person_id", "=", personId)
        .orderBy("channel")
        .orderBy("external_id")
        .execute();
    },

    setLanguage: (personId, language) => update(personId, { language }),
    setAdmin: (personId, admin) => update(personId, { admin }),
    setName: async (personId, name) => update(personId, { name: storableName(name) }),

    async choose(personId, chatId, serverId) {
      if (serverId === null) {
        await db
          .deleteFrom("choices")
          .where("person_id", "=", personId)
          .where("chat_id", "=", chatId)
          .execute();
        return;
      }
      await db
        .insertInto("choices")
        .values({ person_id: personId, chat_id: chatId, server_id: serverId })
        .onConflict((conflict) =>
          conflict.columns(["person_id", "chat_id"]).doUpdateSet({ server_id: serverId }),
        )
        .execute();
    },

    admins: () =>
      db
        .selectFrom("persons")
        .select(PERSON)
        .where("admin", "=", true)
        .orderBy("created_at")
        .orderBy("id")
        .execute(),

    async names(personIds) {
      if (personIds.length === 0) return new Map();
      const rows = await db
        .selectFrom("persons")
        .select(["id", "name"])
        .where("id", "in", personIds)
        .execute();
      return new Map(rows.map(({ id, name }) => [id, name]));
    },
  };
}

/** Who they are and what they see; who is not in it is a stranger. */
async function actors(db: Kysely<Tables>, askers: readonly Asker[]): Promise<Map<Asker, Actor>> {
  const column = (of: (asker: Asker) => string): string[] => askers.map(of);
  // Written out: building it from parts for each message cost this process half as much time again.
  const { rows } = await sql<Person & { place: number; chosen: string | null; servers: SeenServer[] }>`
    select asker.place, persons.id, persons.name, persons.language, persons.admin, choices.server_id as chosen, (
      select coalesce(json_agg(json_build_object(
        'id', servers.id, 'name', servers.name, 'region', servers.region, 'role', memberships.role,
        'number', memberships.number, 'lastSeen', servers.last_seen
      ) order by memberships.number), '[]')
      from memberships join servers on servers.id = memberships.server_id
      where memberships.person_id = persons.id
    ) as servers
    from unnest(
      ${column(({ account }) => account.channel)}::text[],
      ${column(({ account }) => account.externalId)}::text[],
      ${column(({ chatId }) => chatId)}::text[]
    ) with ordinality as asker (channel, external_id, chat_id, place)
    join accounts on accounts.channel = asker.channel and accounts.external_id = asker.external_id
    join persons on persons.id = accounts.person_id
    left join choices on choices.person_id = persons.id and choices.chat_id = asker.chat_id`.execute(db);
  const found = new Map<Asker, Actor>();
  for (const { place, chosen, servers, ...person } of rows) {
    const asker = askers[place - 1];
    if (asker !== undefined) found.set(asker, { person, servers, chosen });
  }
  return found;
}

const columns = (account: Account) => ({ channel: account.channel, external_id: account.externalId });
