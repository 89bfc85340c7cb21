/** Who comes to the door: strangers, setup links and invitations. */
import { ROLES } from "@servereye/contract";
import { atLeast } from "../access/authorize.ts";
import type { Incoming } from "../ports/chat.ts";
import type { Person } from "../ports/people.ts";
import type { ServerRecord, Ticket } from "../ports/servers.ts";
import type { StorePart } from "../ports/store.ts";
import { audit } from "./audit.ts";
import type { ChatDeps } from "./deps.ts";

export type LinkOutcome = { kind: "setup" | "invited" | "invited-server" | "worthless"; server?: string };

type Opened =
  | { kind: "setup" }
  | { kind: "invited"; person: Person; ticket: Ticket; server: ServerRecord | undefined };

const LINK = /^(setup|inv)_([A-Za-z0-9_-]{16,58})$/;

/**
 * Opens a one-time link's payload for whoever wrote it. Undefined when it is no link of ours. A spent, expired
 * or made-up one is "worthless" and says no more than that.
 */
export async function redeemLink(
  deps: ChatDeps,
  incoming: Incoming,
  payload: string,
): Promise<LinkOutcome | undefined> {
  const match = LINK.exec(payload);
  const [, form, secret] = match ?? [];
  if (form === undefined || secret === undefined) return undefined;
  const { store, clock } = deps;
  const now = clock.now();
  const from = `${incoming.account.channel}:${incoming.account.externalId}`;
  // The link is spent together with what it gives: a hub that dies on the way leaves it as good as it was.
  const opened = await store.together<Opened | undefined>((part) =>
    form === "setup" ? openSetup(part, incoming, secret, now) : openInvitation(part, incoming, secret, now),
  );
  if (opened === undefined) {
    await audit(deps, {
      personId: null,
      from,
      what: "link.open",
      on: null,
      result: "refused",
      detail: { form },
    });
    return { kind: "worthless" };
  }
  if (opened.kind === "setup") {
    await audit(deps, { personId: null, from, what: "hub.setup", on: null, result: "done", detail: {} });
    return { kind: "setup" };
  }
  const { person, ticket, server } = opened;
  await audit(deps, {
    personId: person.id,
    from,
    what: "invite.accept",
    on: ticket.data.serverId ?? null,
    result: "done",
    detail: { by: ticket.issuer ?? "", role: ticket.data.role ?? "" },
  });
  return server === undefined ? { kind: "invited" } : { kind: "invited-server", server: server.name };
}

async function openSetup(
  part: StorePart,
  incoming: Incoming,
  secret: string,
  now: number,
): Promise<Opened | undefined> {
  if ((await part.tickets.redeem("setup", secret, now)) === undefined) return undefined;
  await becomeOwner(part, incoming);
  await part.tickets.revoke("setup", null);
  return { kind: "setup" };
}

async function openInvitation(
  part: StorePart,
  incoming: Incoming,
  secret: string,
  now: number,
): Promise<Opened | undefined> {
  const ticket = await part.tickets.redeem("invite", secret, now);
  if (ticket === undefined || !(await stillGiven(part, ticket))) return undefined;
  const person = await part.people.admit(incoming.account, { name: incoming.name, admin: false });
  const { serverId } = ticket.data;
  const role = ROLES.find((known) => known === ticket.data.role);
  const server = serverId === undefined ? undefined : await part.servers.byId(serverId);
  if (server !== undefined && role !== undefined) {
    // An invitation never lowers what somebody has already.
    const has = (await part.servers.members(server.id)).find(
      (member) => member.person.id === person.id,
    )?.role;
    if (has === undefined || ROLES.indexOf(role) > ROLES.indexOf(has))
      await part.servers.grant(server.id, person.id, role);
  }
  return { kind: "invited", person, ticket, server };
}

/** Whether who made the invitation may still give what it gives: a link outlives the rights of its maker otherwise. */
async function stillGiven(part: StorePart, ticket: Ticket): Promise<boolean> {
  const { issuer } = ticket;
  const { serverId, role } = ticket.data;
  if (issuer === null || role === "owner") return false;
  if (serverId === undefined) return (await part.people.admins()).some(({ id }) => id === issuer);
  const maker = (await part.servers.members(serverId)).find(({ person }) => person.id === issuer);
  const given = ROLES.find((known) => known === role);
  return (
    maker !== undefined && given !== undefined && atLeast(maker.role, "admin") && atLeast(maker.role, given)
  );
}

/** The person who holds the setup link is the one who started this hub: the same person as at its own page. */
async function becomeOwner({ people }: StorePart, incoming: Incoming): Promise<void> {
  const known = await people.byAccount(incoming.account);
  if (known !== undefined) return people.setAdmin(known.id, true);
  const owner = await people.byAccount({ channel: "local", externalId: "owner" });
  if (owner === undefined) {
    await people.admit(incoming.account, { name: incoming.name, admin: true });
    return;
  }
  await people.link(incoming.account, owner.id);
  await people.setName(owner.id, incoming.name);
}
