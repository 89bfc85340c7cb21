/** How servers come in: by a one-time token, by the code a waiting agent shows, or by the server's own key. */
import {
  type AgentFacts,
  Fault,
  foldPairingCode,
  fromBase64Url,
  keyPairOf,
  seedOf,
  serverIdOf,
} from "@servereye/contract";
import type { AuditEntry, Broker, Chance, Clock, Log, ServerRecord, Store } from "../ports.ts";
import { pairedChannel } from "./channels.ts";
import type { Admission } from "./door.ts";
import { checkName, cleanName } from "./name.ts";
import { createTries } from "./tries.ts";

export interface EnrolmentParts {
  store: Pick<Store, "servers" | "tickets" | "waiting" | "audit">;
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
   * Adds the server with this `srv_` key, which is kept nowhere. Its agent is let in when it dials. Fault
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
  const { store, clock, log } = parts;
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

  /** Adds the server and tells its agent, wherever it waits. Audited either way. */
  async function add(
    server: { id: string; name: string; publicKey: Uint8Array<ArrayBuffer>; owner: string },
    by: { how: "token" | "code" | "key"; personId: string; from: string },
  ): Promise<ServerRecord> {
    const entry = { personId: by.personId, from: by.from, what: "server.add", on: server.id };
    try {
      const record = await store.servers.add({ ...server, region: parts.region });
      await audit({ ...entry, result: "done", detail: { how: by.how, name: record.name } });
      log.info("server.added", { serverId: record.id, how: by.how });
      return record;
    } catch (error) {
      const fault = Fault.of(error);
      const result = fault.code === "NOT_ALLOWED" ? "refused" : "failed";
      await audit({ ...entry, result, detail: { how: by.how, code: fault.code } });
      throw fault;
    }
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
    const ticket = await store.tickets.redeem("enrol", token, clock.now());
    const owner = ticket?.data.owner;
    if (owner === undefined) {
      log.info("enrol.refused", { serverId: id, from });
      if (mayAuditRefusal()) {
        const detail = { how: "token", code: "TOKEN_INVALID" };
        await audit({ personId: null, from, what: "server.add", on: id, result: "refused", detail });
      }
      return refused("TOKEN_INVALID", "the token is spent, expired or unknown: ask for a new one with /add");
    }
    try {
      const name = cleanName(candidate.facts.hostname);
      const record = await add({ id, name, publicKey, owner }, { how: "token", personId: owner, from });
      return { kind: "welcome", serverId: id, name: record.name };
    } catch (error) {
      const fault = Fault.of(error);
      return refused(fault.code, "the token was right, but the server could not be added: use a new one");
    }
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
      const id = await serverIdOf(publicKey);
      // A server that is known needs no token: one whose welcome got lost brings its spent token again.
      const known = await store.servers.byId(id);
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
      let agent: Awaited<ReturnType<typeof store.waiting.take>>;
      try {
        agent = PAIRING_CODE.test(code) ? await store.waiting.take(code, clock.now()) : undefined;
      } catch (error) {
        attempt.void();
        throw error;
      }
      if (!agent) {
        await audit({ ...refusal, detail: { how: "code", code: "TOKEN_INVALID" } });
        throw new Fault("TOKEN_INVALID", "no agent shows this code", { values: { left: attempt.left } });
      }
      attempt.right();
      const id = await serverIdOf(agent.publicKey);
      const name = cleanName(agent.facts.hostname);
      try {
        const { publicKey } = agent;
        const record = await add({ id, name, publicKey, owner: personId }, { how: "code", personId, from });
        await tell(id);
        return record;
      } catch (error) {
        // It still waits and shows the code: a store that hiccups should not make it worthless.
        if (Fault.of(error).code !== "NOT_ALLOWED")
          await store.waiting.put(agent).catch((cause: unknown) => log.warn("enrol.code_lost", { cause }));
        throw error;
      }
    },

    async addByKey(personId, serverKey, name, from = "chat") {
      const seed = seedOf(serverKey.trim());
      if (!seed) throw new Fault("TOKEN_INVALID", "a server key is srv_ and 64 hexadecimal digits");
      const checked = name === undefined ? undefined : checkName(name);
      const { publicKey } = await keyPairOf(seed);
      seed.fill(0);
      const id = await serverIdOf(publicKey);
      const by = { how: "key", personId, from } as const;
      const record = await add(
        { id, name: checked ?? `server-${id.slice(0, 4)}`, publicKey, owner: personId },
        by,
      );
      await tell(id);
      return record;
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
