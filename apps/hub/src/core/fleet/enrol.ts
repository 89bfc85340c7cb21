/** How servers come in: by a one-time token, by the code a waiting agent shows, or by the server's own key. */
import {
  type AgentFacts,
  Fault,
  foldPairingCode,
  fromBase64Url,
  keyPairOf,
  seedOfAny,
  serverIdOf,
} from "@servereye/contract";
import type { Broker } from "../ports/broker.ts";
import type { Chance, Clock, Log } from "../ports/process.ts";
import type { ServerRecord } from "../ports/servers.ts";
import type { AuditEntry, Store } from "../ports/store.ts";
import { pairedChannel } from "./channels.ts";
import type { Admission } from "./door.ts";
import { type KnownServers, knowServers } from "./known.ts";
import { checkName, cleanName } from "./name.ts";
import { createTries } from "./tries.ts";

export interface EnrolmentParts {
  store: Pick<Store, "servers" | "tickets" | "waiting" | "audit" | "together">;
  /** Servers it lets in while the store is away; none unless told. */
  known?: Pick<KnownServers, "look">;
  broker: Pick<Broker, "publish">;
  clock: Clock;
  chance: Chance;
  /** Region that servers added through this hub get. */
  region: string;
  log: Log;
}

export interface Admitted {
  /** 32 raw bytes, or their base64url. */
  publicKey: Uint8Array<ArrayBuffer> | string;
  /** As derived from the key, when that was done already. */
  serverId?: string | undefined;
  facts: AgentFacts;
  enrol?: string | undefined;
  pair?: boolean | undefined;
  pairingCode: string;
  /** Address of the peer. */
  from?: string;
}

export interface Enrolment {
  /** A one-time token with which an agent makes its server this person's. Expires: epoch ms. */
  invite(personId: string, from?: string): Promise<{ token: string; expires: number }>;
  /** What becomes of an agent that proved its key. Rejects only when the store can not be reached. */
  admit(candidate: Admitted): Promise<Admission>;
  /** A waiting agent's connection is gone: its code is worth nothing any more. */
  withdraw(pairingCode: string): Promise<void>;
  /**
   * Adds the waiting agent that shows this code. Fault TOKEN_INVALID (values `left`: tries until the lock) for a
   * code nobody shows, RATE_LIMITED (values `until`, epoch ms) when locked, NOT_ALLOWED when it is another's.
   */
  addByCode(personId: string, typedCode: string, from?: string): Promise<ServerRecord>;
  /**
   * Adds the server with this `srv_` key, which is kept nowhere: 64 hex digits, or of the original's agents as few as
   * 32. Its agent is let in when it dials, or polls. Fault
   * TOKEN_INVALID when it is no key, NAME_INVALID, NOT_ALLOWED when it is another's.
   */
  addByKey(personId: string, serverKey: string, name?: string, from?: string): Promise<ServerRecord>;
}

/** How long a token can be spent and a code be typed, ms. */
export const ENROL_MS = 15 * 60_000;

/** Refusals of unknown peers written to the audit log each minute; more are only logged, so nobody can flood it. */
const REFUSALS_A_MINUTE = 30;

const TOKEN_BYTES = 24;

/** A folded code; what is of another form can be nobody's. */
const PAIRING_CODE = /^[0-9A-HJKMNP-TV-Z]{8}$/;

export function createEnrolment(parts: EnrolmentParts): Enrolment {
  const { store, clock, log, region } = parts;
  const servers = parts.known ?? knowServers(store.servers, clock, 0);
  const tries = createTries(clock);
  let minute = { began: 0, refusals: 0 };

  async function audit(entry: Omit<AuditEntry, "at" | "detail"> & { detail?: AuditEntry["detail"] }) {
    try {
      await store.audit.record({ at: clock.now(), detail: {}, ...entry });
    } catch (error) {
      // The thing itself is done or refused already, and that can not be taken back: the log keeps the trace.
      log.error("audit.lost", { what: entry.what, on: entry.on, result: entry.result, error });
    }
  }

  function mayAuditRefusal(): boolean {
    const now = clock.now();
    if (now - minute.began >= 60_000) minute = { began: now, refusals: 0 };
    minute.refusals += 1;
    return minute.refusals <= REFUSALS_A_MINUTE;
  }

  interface By {
    how: "token" | "code" | "key";
    personId(): string | undefined;
    from: string;
  }
  const entryOf = (by: By, on: string | null) => ({
    ...{ personId: by.personId() ?? null, from: by.from, what: "server.add", on },
  });

  async function added(record: ServerRecord, by: By): Promise<void> {
    const detail = { how: by.how, name: record.name };
    await audit({ ...entryOf(by, record.id), result: "done", detail });
    log.info("server.added", { serverId: record.id, how: by.how });
  }

  async function failed(serverId: string | null, by: By, fault: Fault): Promise<void> {
    const result = fault.code === "NOT_ALLOWED" ? "refused" : "failed";
    await audit({ ...entryOf(by, serverId), result, detail: { how: by.how, code: fault.code } });
  }

  async function tell(serverId: string): Promise<void> {
    try {
      await parts.broker.publish(pairedChannel(serverId), "added");
    } catch (error) {
      // It is added all the same; the agent learns it when its wait runs out and it dials again.
      log.warn("enrol.untold", { serverId, error });
    }
  }

  async function admitByToken(
    id: string,
    publicKey: Uint8Array<ArrayBuffer>,
    candidate: Admitted,
    token: string,
  ): Promise<Admission> {
    const from = candidate.from ?? "agent";
    let owner: string | undefined;
    const by = { how: "token", personId: () => owner, from } as const;
    try {
      const name = cleanName(candidate.facts.hostname);
      // The token is spent together with what it adds: whatever fails leaves it as good as it was.
      const record = await store.together(async (part) => {
        owner = (await part.tickets.redeem("enrol", token, clock.now()))?.data.owner;
        if (owner === undefined) return undefined;
        return part.servers.add({ id, name, publicKey, owner, region });
      });
      if (record !== undefined) {
        await added(record, by);
        return { kind: "welcome", serverId: id, name: record.name };
      }
    } catch (error) {
      const fault = Fault.of(error);
      await failed(id, by, fault);
      if (fault.code === "STORE_UNAVAILABLE") throw fault;
      return refused(fault.code, "the token was right, but the server could not be added");
    }
    log.info("enrol.refused", { serverId: id, from });
    if (mayAuditRefusal()) {
      const detail = { how: "token", code: "TOKEN_INVALID" };
      await audit({ personId: null, from, what: "server.add", on: id, result: "refused", detail });
    }
    return refused("TOKEN_INVALID", "the token is spent, expired or unknown: ask for a new one with /add");
  }

  return {
    async invite(personId, from = "chat") {
      const token = parts.chance.token(TOKEN_BYTES);
      const expires = clock.now() + ENROL_MS;
      await store.tickets.issue(
        token,
        { kind: "enrol", issuer: personId, data: { owner: personId } },
        expires,
      );
      await audit({ personId, from, what: "server.invite", on: null, result: "done" });
      return { token, expires };
    },

    async admit(candidate) {
      const publicKey = bytesOf(candidate.publicKey);
      if (!publicKey) return refused("PROOF_INVALID", "no public key");
      const id = candidate.serverId ?? (await serverIdOf(publicKey));
      // A server that is known needs no token: one whose welcome got lost brings its spent token again.
      const { record: known } = await servers.look(id);
      if (known) return { kind: "welcome", serverId: id, name: known.name };
      if (candidate.enrol !== undefined) return admitByToken(id, publicKey, candidate, candidate.enrol);
      if (candidate.pair) {
        const expires = clock.now() + ENROL_MS;
        await store.waiting.put({ code: candidate.pairingCode, publicKey, facts: candidate.facts, expires });
        return { kind: "waiting", expires };
      }
      // Worth another dial: a person may add it by its key at any time.
      return refused("SERVER_UNKNOWN", "nobody has added this server: use /add", true);
    },

    withdraw: (pairingCode) => store.waiting.drop(pairingCode),

    async addByCode(personId, typedCode, from = "chat") {
      const code = foldPairingCode(typedCode);
      const refusal = { personId, from, what: "server.add", on: null, result: "refused" } as const;
      let attempt: ReturnType<typeof tries.begin>;
      try {
        attempt = tries.begin(personId);
      } catch (error) {
        if (mayAuditRefusal()) await audit({ ...refusal, detail: { how: "code", code: "RATE_LIMITED" } });
        throw error;
      }
      let id: string | undefined;
      const by = { how: "code", personId: () => personId, from } as const;
      let record: ServerRecord | undefined;
      try {
        // Taken together with what it adds: an agent whose adding failed still waits and shows a code that is good.
        record = await store.together(async (part) => {
          const agent = PAIRING_CODE.test(code) ? await part.waiting.take(code, clock.now()) : undefined;
          if (agent === undefined) return undefined;
          const { publicKey } = agent;
          id = await serverIdOf(publicKey);
          attempt.right();
          const name = cleanName(agent.facts.hostname);
          return part.servers.add({ id, name, publicKey, owner: personId, region });
        });
      } catch (error) {
        if (id === undefined) attempt.void();
        await failed(id ?? null, by, Fault.of(error));
        throw error;
      }
      if (record === undefined) {
        await audit({ ...refusal, detail: { how: "code", code: "TOKEN_INVALID" } });
        throw new Fault("TOKEN_INVALID", "no agent shows this code", { values: { left: attempt.left } });
      }
      await added(record, by);
      await tell(record.id);
      return record;
    },

    async addByKey(personId, serverKey, name, from = "chat") {
      const seed = await seedOfAny(serverKey.trim());
      if (!seed) throw new Fault("TOKEN_INVALID", "a server key is srv_ and 32 to 64 hexadecimal digits");
      const checked = name === undefined ? undefined : checkName(name);
      const { publicKey } = await keyPairOf(seed);
      seed.fill(0);
      const id = await serverIdOf(publicKey);
      const by = { how: "key", personId: () => personId, from } as const;
      const given = checked ?? `server-${id.slice(0, 4)}`;
      try {
        const record = await store.servers.add({ id, name: given, publicKey, owner: personId, region });
        await added(record, by);
        await tell(id);
        return record;
      } catch (error) {
        await failed(id, by, Fault.of(error));
        throw error;
      }
    },
  };
}

const refused = (code: Fault["code"], detail: string, again = false): Admission => ({
  kind: "refused",
  code,
  detail,
  again,
});

const bytesOf = (key: Uint8Array<ArrayBuffer> | string): Uint8Array<ArrayBuffer> | undefined =>
  typeof key === "string" ? fromBase64Url(key) : key;
