/** The one gate: may this person do this to that? Chat, buttons, pages and jobs all ask here. */
import { ROLES, type Role } from "@servereye/contract";
import type { Actor, SeenServer } from "../ports/people.ts";

/** What can be done to a server, and the least role for it. */
const SERVER_VERBS = {
  "server.read": "viewer",
  "server.use": "viewer",
  "server.act": "operator",
  "server.rename": "admin",
  "server.share": "admin",
  "server.audit": "admin",
  "server.remove": "owner",
} as const satisfies Record<string, Role>;

/** What can be done to the installation. */
const HUB_VERBS = ["hub.add", "hub.stats", "hub.invite"] as const;

export type ServerVerb = keyof typeof SERVER_VERBS;
export type HubVerb = (typeof HUB_VERBS)[number];
export type Resource = { serverId: string } | "hub";

export type Decision =
  | { allowed: true; server?: SeenServer }
  /** `unseen`: to this person the server does not exist. `role`: it does, but takes at least `needs`. */
  | { allowed: false; reason: "stranger" | "unseen" | "role" | "admin"; needs?: Role };

export const atLeast = (role: Role, needs: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needs);

/**
 * Decides from the actor as the store gave it a moment ago; no list that is empty ever means "everything".
 * A stranger (undefined) may nothing; an admin of the installation has no rights on other people's servers.
 */
export function authorize(
  actor: Actor | undefined,
  verb: ServerVerb | HubVerb,
  resource: Resource,
): Decision {
  if (actor === undefined) return { allowed: false, reason: "stranger" };
  if (resource === "hub") {
    if (!isHubVerb(verb)) return { allowed: false, reason: "unseen" };
    if (verb === "hub.add") return { allowed: true };
    return actor.person.admin ? { allowed: true } : { allowed: false, reason: "admin" };
  }
  if (isHubVerb(verb)) return { allowed: false, reason: "unseen" };
  const server = actor.servers.find((seen) => seen.id === resource.serverId);
  if (server === undefined) return { allowed: false, reason: "unseen" };
  const needs = SERVER_VERBS[verb];
  if (!atLeast(server.role, needs)) return { allowed: false, reason: "role", needs };
  return { allowed: true, server };
}

/** The verb a command of a given least role stands for. */
export const verbFor = (needs: Role): ServerVerb =>
  needs === "viewer"
    ? "server.read"
    : needs === "operator"
      ? "server.act"
      : needs === "admin"
        ? "server.share"
        : "server.remove";

function isHubVerb(verb: ServerVerb | HubVerb): verb is HubVerb {
  return (HUB_VERBS as readonly string[]).includes(verb);
}
