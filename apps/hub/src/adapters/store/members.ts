/** Who may what on a server. A server always keeps an owner, a person's numbers never meet. */
import { Fault } from "@servereye/contract";
import type { Kysely } from "kysely";
import type { Clock } from "../../core/ports/process.ts";
import type { Servers } from "../../core/ports/servers.ts";
import { noSuchPerson } from "./fault.ts";
import type { Replicas } from "./replicas.ts";
import type { Tables } from "./tables.ts";
import { whole } from "./transaction.ts";

// Locks are taken in one order everywhere: a person's row, then a server's. FOR NO KEY UPDATE keeps out those who do
// the same and lets foreign keys through.

export function membersIn(
  db: Kysely<Tables>,
  clock: Clock,
  replicas: Pick<Replicas, "read">,
): Pick<Servers, "members" | "grant" | "revoke"> {
  return {
    async members(serverId, { mayBeOld = false } = {}) {
      const query = (from: Kysely<Tables>) =>
        from
          .selectFrom("memberships")
          .innerJoin("persons", "persons.id", "memberships.person_id")
          .select(["persons.id", "persons.name", "persons.language", "persons.admin", "memberships.role"])
          .where("memberships.server_id", "=", serverId)
          .orderBy("memberships.created_at")
          .orderBy("persons.id")
          .execute();
      const rows = await (mayBeOld ? replicas.read(query) : query(db));
      return rows.map(({ role, ...person }) => ({ person, role }));
    },

    grant: (serverId, personId, role) =>
      whole(db, async (trx) => {
        await lockPerson(trx, personId);
        await lockServer(trx, serverId);
        if (role !== "owner") await leaveAnOwner(trx, serverId, personId);
        const changed = await trx
          .updateTable("memberships")
          .set({ role })
          .where("server_id", "=", serverId)
          .where("person_id", "=", personId)
          .executeTakeFirstOrThrow();
        if (changed.numUpdatedRows > 0n) return;
        await trx
          .insertInto("memberships")
          .values({
            server_id: serverId,
            person_id: personId,
            role,
            number: await nextNumber(trx, personId),
            created_at: clock.now(),
          })
          .execute();
      }),

    revoke: (serverId, personId) =>
      whole(db, async (trx) => {
        await lockServer(trx, serverId);
        await leaveAnOwner(trx, serverId, personId);
        await trx
          .deleteFrom("memberships")
          .where("server_id", "=", serverId)
          .where("person_id", "=", personId)
          .execute();
      }),
  };
}

/** Holds the person's row until the transaction ends. Fault NOT_ALLOWED when there is none. */
export async function lockPerson(trx: Kysely<Tables>, personId: string): Promise<void> {
  const row = await trx
    .selectFrom("persons")
    .select("id")
    .where("id", "=", personId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (row === undefined) throw noSuchPerson();
}

/** The person's next number; its person must be locked. */
export async function nextNumber(trx: Kysely<Tables>, personId: string): Promise<number> {
  const { highest } = await trx
    .selectFrom("memberships")
    .select((eb) => eb.fn.max("number").as("highest"))
    .where("person_id", "=", personId)
    .executeTakeFirstOrThrow();
  return (highest ?? 0) + 1;
}

async function lockServer(trx: Kysely<Tables>, serverId: string): Promise<void> {
  const row = await trx
    .selectFrom("servers")
    .select("id")
    .where("id", "=", serverId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (row === undefined) throw new Fault("SERVER_UNKNOWN", "there is no such server");
}

/** Fault NOT_ALLOWED when the person is the server's only owner; its server must be locked. */
async function leaveAnOwner(trx: Kysely<Tables>, serverId: string, personId: string): Promise<void> {
  const owners = await trx
    .selectFrom("memberships")
    .select("person_id")
    .where("server_id", "=", serverId)
    .where("role", "=", "owner")
    .execute();
  if (owners.length === 1 && owners[0]?.person_id === personId)
    throw new Fault("NOT_ALLOWED", "the server would be left without an owner");
}
