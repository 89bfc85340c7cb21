/** Errors of the driver and of PostgreSQL as the domain's faults. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault, type FaultCode } from "@servereye/contract";
import pg from "pg";
import { connectionSurvives, storeFault } from "./fault.ts";

function said(code: string, more: { constraint?: string; severity?: string } = {}): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError("said", 4, "error"), { code, severity: "ERROR", ...more });
}

test("what may pass later is STORE_UNAVAILABLE, what will not is not", () => {
  const cases: [unknown, FaultCode][] = [
    [Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }), "STORE_UNAVAILABLE"],
    [new Error("Connection terminated unexpectedly"), "STORE_UNAVAILABLE"],
    [new Error("Query read timeout"), "STORE_UNAVAILABLE"],
    [new Error("timeout exceeded when trying to connect"), "STORE_UNAVAILABLE"],
    [new Error("Cannot use a pool after calling end on the pool"), "STORE_UNAVAILABLE"],
    ["gone", "STORE_UNAVAILABLE"],
    ...[
      "08006",
      "28P01",
      "3D000",
      "53300",
      "53100",
      "57014",
      "57P01",
      "57P02",
      "57P03",
      "40P01",
      "25006",
    ].map((code): [unknown, FaultCode] => [said(code), "STORE_UNAVAILABLE"]),
    [said("42703"), "INTERNAL"],
    [said("23505", { constraint: "tickets_pkey" }), "INTERNAL"],
    [said("23503", { constraint: "memberships_server" }), "SERVER_UNKNOWN"],
    [said("23503", { constraint: "choices_membership" }), "SERVER_UNKNOWN"],
    [said("23503", { constraint: "tickets_issuer" }), "NOT_ALLOWED"],
    [said("23514", { constraint: "servers_name" }), "NAME_INVALID"],
    [new TypeError("Converting circular structure to JSON"), "INTERNAL"],
  ];
  for (const [error, code] of cases) {
    const fault = storeFault(error);
    assert.equal(fault.code, code, String(error));
    assert.equal(fault.cause, error);
  }
});

test("a fault stays the fault it is", () => {
  const fault = new Fault("NAME_INVALID", "a name is empty");
  assert.equal(storeFault(fault), fault);
});

test("a connection is good after an error that PostgreSQL reports and survives, and after no other", () => {
  assert.equal(connectionSurvives(said("23505")), true);
  assert.equal(connectionSurvives(said("57014")), true);
  assert.equal(connectionSurvives(said("57P01", { severity: "FATAL" })), false);
  assert.equal(connectionSurvives(new Error("Query read timeout")), false);
});
