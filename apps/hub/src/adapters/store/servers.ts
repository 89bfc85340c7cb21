/** Servers: added, renamed, removed, and their signs of life. Who may what on them is in members.ts. */
import { AgentFacts, Fault } from "@servereye/contract";
import { type Kysely, type Selectable, sql } from "kysely";
import type { Clock } from "../../core/ports/process.ts";
import type { ServerRecord, Servers } from "../../core/ports/servers.ts";
import { type Batcher, batcher } from "./batch.ts";
import { lockPerson, membersIn, nextNumber } from "./members.ts";
import { isStorable, storableName, uniqueName } from "./name.ts";
import type { Replicas } from "./replicas.ts";
import type { Tables } from "./tables.ts";
import { whole } from "./transaction.ts";

const RECORD = ["id", "name", "region", "public_key", "last_seen", "facts"] as const;

interface Sign {
  serverId: string;
  at: number;
}

export function serversIn(
  db: Kysely<Tables>,
  clock: Clock,
  replicas: Pick<Replicas, "read"> = { read: (run) => run(db) },
): { servers: Servers; signs: Pick<Batcher<Sign>, "idle"> } {
  // One lane, so that this hub never waits for its own row locks. 1,000 agents give 100 signs a second.
  const signs = batcher<Sign>({ flush: (batch) => seen(db, batch), most: 1_000, bound: 20_000, lanes: 1 });

  // Each agent that comes is looked up twice, and after a hub's end they come by the thousand.
  const looks = batcher({
    flush: (ids: string[]) => records(db, ids),
    most: 200,
    bound: 20_000,
    lanes: 4,
  });

  const servers: Servers = {
    ...membersIn(db, clock, replicas),
    async byId(serverId) {
      if (!isStorable(serverId)) return undefined;
      return (await looks.add([serverId])).get(serverId);
    },

    async keys(serverIds) {
      const rows = await db
        .selectFrom("servers")
        .select(["id", "public_key"])
        .where("id", "=", sql<string>`any(${serverIds.filter(isStorable)}::text[])`)
        .execute();
      return new Map(rows.map((row) => [row.id, new Uint8Array(row.public_key)]));
    },

    async add(server) {
      const wanted = storableName(server.name);
      return whole(db, async (trx) => {
        // Held until the end: the name and the number stay the ones that were free.
        await lockPerson(trx, server.owner);
        const added = await trx
          .insertInto("servers")
          .values({
            id: server.id,
            name: uniqueName(wanted, await namesOf(trx, server.owner)),
            region: server.region,
            public_key: Buffer.from(server.publicKey),
            last_seen: null,
            facts: null,
            created_at: clock.now(),
          })
          // Waits for another transaction that adds the same server right now.
          .onConflict((conflict) => conflict.column("id").doNothing())
          .returning(RECORD)
          .executeTakeFirst();
        if (added === undefined) return ownedAlready(trx, server.id, server.owner);
        await trx
          .insertInto("memberships")
          .values({
            server_id: server.id,
            person_id: server.owner,
            role: "owner",
            number: await nextNumber(trx, server.owner),
            created_at: clock.now(),
          })
          .execute();
        return recordOf(added);
      });
    },

    async rename(serverId, name) {
      const result = await db
        .updateTable("servers")
        .set({ name: storableName(name) })
        .where("id", "=", serverId)
        .executeTakeFirstOrThrow();
      if (result.numUpdatedRows === 0n) throw new Fault("SERVER_UNKNOWN", "there is no such server");
    },

    async remove(serverId) {
      // Memberships, choices and buttons go with it: their foreign keys say so.
      await db.deleteFrom("servers").where("id", "=", serverId).execute();
    },

    async seen(batch) {
      if (batch.length > 0) await signs.add(batch);
    },

    async setFacts(serverId, facts, at) {
      await db
        .updateTable("servers")
        .set({ facts: JSON.stringify(facts), last_seen: sql<number>`greatest(last_seen, ${at}::bigint)` })
        .where("id", "=", serverId)
        .execute();
    },
  };
  return { servers, signs };

  async function ownedAlready(trx: Kysely<Tables>, serverId: string, owner: string): Promise<ServerRecord> {
    const owned = await trx
      .selectFrom("memberships")
      .select("role")
      .where("server_id", "=", serverId)
      .where("person_id", "=", owner)
      .where("role", "=", "owner")
      .executeTakeFirst();
    const record = owned === undefined ? undefined : (await records(trx, [serverId])).get(serverId);
    if (record === undefined) throw new Fault("NOT_ALLOWED", "the server is somebody else's");
    return record;
  }
}

/** Of those ids that are servers, once each. */
async function records(from: Kysely<Tables>, ids: readonly string[]): Promise<Map<string, ServerRecord>> {
  const rows = await from
    .selectFrom("servers")
    .select(RECORD)
    // One parameter whatever their number, so that it stays one prepared statement.
    .where("id", "=", sql<string>`any(${ids}::text[])`)
    .execute();
  return new Map(rows.map((row) => [row.id, recordOf(row)]));
}

/** Names of all servers a person sees. */
async function namesOf(trx: Kysely<Tables>, personId: string): Promise<string[]> {
  const rows = await trx
    .selectFrom("memberships")
    .innerJoin("servers", "servers.id", "memberships.server_id")
    .select("servers.name")
    .where("memberships.person_id", "=", personId)
    .execute();
  return rows.map((row) => row.name);
}

/**
 * One UPDATE for all. Rows are locked in the order of their ids, so that two hubs can not block each other. Signs of
 * life are not worth a disk flush: after a crash of the store the next heartbeat says the same.
 */
async function seen(db: Kysely<Tables>, batch: readonly Sign[]): Promise<void> {
  const ids = batch.map((sign) => sign.serverId);
  const times = batch.map((sign) => sign.at);
  await sql`with signs as (
      select id, max(at) as at from unnest(${ids}::text[], ${times}::bigint[]) as u (id, at) group by id
    ), stale as (
      select servers.id, signs.at from servers join signs on signs.id = servers.id
      where servers.last_seen is null or servers.last_seen < signs.at
      order by servers.id for no key update of servers
    ), unflushed as (
      select set_config('synchronous_commit', 'off', true)
    )
    update servers set last_seen = stale.at from stale, unflushed where servers.id = stale.id`.execute(db);
}

function recordOf(row: Pick<Selectable<Tables["servers"]>, (typeof RECORD)[number]>): ServerRecord {
  // An agent of another version may have told other facts than this version knows: then there are none.
  const facts = AgentFacts.safeParse(row.facts);
  return {
    id: row.id,
    name: row.name,
    region: row.region,
    publicKey: new Uint8Array(row.public_key),
    lastSeen: row.last_seen,
    facts: facts.success ? facts.data : null,
  };
}
