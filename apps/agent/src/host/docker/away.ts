/** Why an engine can not be asked: the reasons of DOCKER_UNAVAILABLE. */
import { userInfo } from "node:os";
import { Fault } from "@servereye/contract";
import { type Address, addressText } from "./address.ts";

/** absent: nobody listens; denied: not for us; silent: no answer in time; lost: gone in the middle; odd: no engine we know. */
export type Reason = "absent" | "denied" | "silent" | "lost" | "odd";

export function away(address: Address, reason: Reason, detail: string, cause?: unknown): Fault {
  const values = {
    ...{ address: addressText(address), reason },
    // Whom its owner would have to let in.
    ...(reason === "denied" ? { user: userName() } : {}),
  };
  return new Fault("DOCKER_UNAVAILABLE", `${values.address}: ${detail}`, { values, cause });
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user without a name, as in many containers: there is none to put into a group.
    return "";
  }
}

const BY_CODE: Readonly<Record<string, Reason>> = {
  ENOENT: "absent",
  ENOTDIR: "absent",
  ENOTSOCK: "absent",
  ECONNREFUSED: "absent",
  EHOSTUNREACH: "absent",
  ENETUNREACH: "absent",
  ENOTFOUND: "absent",
  EAI_AGAIN: "absent",
  EACCES: "denied",
  EPERM: "denied",
  ETIMEDOUT: "silent",
};

/** What an error of a connection means. What is not known happened to a connection that stood: lost. */
export function lostBy(address: Address, error: unknown): Fault {
  if (error instanceof Fault) return error;
  const code = codeOf(error);
  const reason = BY_CODE[code] ?? (code.startsWith("HPE_") ? "odd" : "lost");
  return away(address, reason, error instanceof Error ? error.message : String(error), error);
}

export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Reasons after which the engine may be another one than before: it is looked for, and asked who it is, again. */
export function mayHaveChanged(fault: unknown): boolean {
  return fault instanceof Fault && fault.code === "DOCKER_UNAVAILABLE" && fault.values.reason !== "silent";
}
