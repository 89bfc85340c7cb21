/** Who takes part in the fleet's bench: many servers and many persons, put into the store before the hub starts. */
import { serverIdOf, toBase64Url } from "@servereye/contract";
import pg from "pg";
import type { Store } from "../../apps/hub/src/core/ports/store.ts";
import { hubKeyPair } from "../../apps/hub/src/identity.ts";
import { hubSigner } from "../../apps/hub/src/signing.ts";
import type { OpenedStore } from "../round-trip/people.ts";
import { seedOfAgent } from "./order.ts";

export const askerId = (at: number): number => 10_001 + at;

export interface FleetCast {
  /** Servers that are known to the hub. */
  agents: number;
  persons: number;
  /** Each person sees one of the first so many servers. */
  seen: number;
}

/** Gives the hub's key, base64url. */
export async function castFleet(
  store: Store,
  connection: OpenedStore["connection"],
  cast: FleetCast,
): Promise<string> {
  const account = { channel: "local", externalId: "owner" } as const;
  const owner = await store.people.admit(account, { name: "Owner", admin: true });
  const keys = await Promise.all(
    Array.from({ length: cast.agents }, async (_, at) => {
      const { publicKey } = await hubSigner(seedOfAgent(at));
      return { id: await serverIdOf(publicKey), publicKey };
    }),
  );
  const client = new pg.Client(connection);
  await client.connect();
  try {
    // In one statement each: thousands added one by one would take longer than what is measured.
    await client.query(
      `insert into servers (id, name, region, public_key, created_at)
        select id, 'fleet-' || at, '', public_key, 0
        from unnest($1::text[], $2::bytea[]) with ordinality as u (id, public_key, at)`,
      [keys.map(({ id }) => id), keys.map(({ publicKey }) => Buffer.from(publicKey))],
    );
    await client.query(
      `insert into memberships (server_id, person_id, role, number, created_at)
        select id, $2, 'owner', at, 0 from unnest($1::text[]) with ordinality as u (id, at)`,
      [keys.map(({ id }) => id), owner.id],
    );
  } finally {
    await client.end();
  }
  for (let at = 0; at < cast.persons; at++) {
    const telegram = { channel: "telegram" as const, externalId: String(askerId(at)) };
    const person = await store.people.admit(telegram, { name: `Person ${at}`, admin: false });
    await store.servers.grant(keys[at % cast.seen]?.id ?? "", person.id, "viewer");
  }
  return toBase64Url((await hubKeyPair(store.settings)).publicKey);
}
