/** What PostgreSQL and its driver throw, as faults of the domain. */
import { Fault } from "@servereye/contract";
import pg from "pg";

/**
 * SQLSTATEs (PostgreSQL manual, appendix A) that mean "not now": the store is away, going, full, overloaded, or did
 * not answer within its deadline. Two characters name a whole class.
 */
const UNAVAILABLE = new Set([
  "08", // connection exception
  "28", // invalid authorization: the account or its password
  "3D", // no such database
  "53", // insufficient resources: too many connections, disk full
  "57", // operator intervention: statement timeout, shutdown, crash, starting up
  "58", // system error: input or output
  "25006", // read-only: a standby before its promotion
  "25P03", // idle in transaction for too long
  "40001", // serialization failure
  "40P01", // deadlock
  "55P03", // lock not to be had
]);

/** SQLSTATEs of a statement that PostgreSQL took back so that others could go on: the same one may succeed at once. */
const VICTIM = new Set(["40001", "40P01"]);

/** Errors of TLS that mean: whoever answered did not prove to be this PostgreSQL (Node's and OpenSSL's names). */
const NOT_PROVEN = /^(ERR_TLS_CERT_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|HOSTNAME_MISMATCH)/;

/** What breaking a constraint of the schema means to the caller. */
const CONSTRAINTS: Record<string, () => Fault> = {
  accounts_person: noSuchPerson,
  buttons_person: noSuchPerson,
  choices_membership: () => new Fault("SERVER_UNKNOWN", "the person is not a member of this server"),
  container_episodes_server: () => new Fault("SERVER_UNKNOWN", "there is no such server"),
  container_watches_membership: () =>
    new Fault("SERVER_UNKNOWN", "the person is not a member of this server"),
  memberships_person: noSuchPerson,
  memberships_server: () => new Fault("SERVER_UNKNOWN", "there is no such server"),
  persons_name: () => new Fault("NAME_INVALID", "a person's name is empty"),
  servers_name: () => new Fault("NAME_INVALID", "a server's name is empty"),
  tickets_issuer: noSuchPerson,
};

export function noSuchPerson(): Fault {
  return new Fault("NOT_ALLOWED", "there is no such person");
}

/** Whether a statement that ended with this fault was one of several in each other's way, and may be tried again. */
export function wasVictim(fault: unknown): boolean {
  const cause = fault instanceof Fault ? fault.cause : undefined;
  return cause instanceof pg.DatabaseError && VICTIM.has(cause.code ?? "");
}

/** Whether a connection that failed with this error is still good: PostgreSQL answered, and goes on. */
export function connectionSurvives(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.severity === "ERROR";
}

/**
 * Any error of a query or a connection attempt as a Fault with its cause: STORE_UNAVAILABLE when trying later may
 * help, the constraint's own fault, else INTERNAL (a mistake in this code).
 */
export function storeFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof pg.DatabaseError) {
    const code = error.code ?? "";
    if (UNAVAILABLE.has(code) || UNAVAILABLE.has(code.slice(0, 2))) return unavailable(error.message, error);
    const known = CONSTRAINTS[error.constraint ?? ""];
    if (known !== undefined) {
      const fault = known();
      return new Fault(fault.code, fault.message, { cause: error });
    }
    return new Fault("INTERNAL", `the store refused a statement: ${error.message}`, { cause: error });
  }
  // Mistakes of ours (a value that can not be written as JSON); everything else the driver throws plainly is about
  // the connection: refused, reset, no name, its own deadlines, a closed pool.
  if (error instanceof TypeError || error instanceof RangeError) return Fault.of(error);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (error instanceof Error && NOT_PROVEN.test(code))
    return unavailable(`its certificate is not accepted: ${error.message}`, error);
  return unavailable(error instanceof Error ? error.message : String(error), error);
}

function unavailable(reason: string, cause: unknown): Fault {
  return new Fault("STORE_UNAVAILABLE", `the store is not available: ${reason}`, { cause });
}
