/** What an agent can be asked for: what it knows, and what its own policy allows. */
import { type AgentFacts, type Command, isOriginal } from "@servereye/contract";
import type { Turn } from "./turn.ts";

type Asked = Pick<Command, "name" | "policy">;

interface Offers {
  /** "unknown": it has never heard of it. "denied": its policy lacks the line. */
  of(command: Asked): "yes" | "unknown" | "denied";
  /** The whole line that its owner would have to write there to allow it. */
  line(policy: string): string;
  /** It allows nothing at all. */
  empty: boolean;
}

/** An agent of the Go original has no policy: what it knows it does. */
const offersOf = ({
  runtime,
  commands,
  allow,
}: Pick<AgentFacts, "runtime" | "commands" | "allow">): Offers => ({
  of({ name, policy }) {
    if (!commands.includes(name)) return "unknown";
    return policy === undefined || isOriginal({ runtime }) || allow.includes(policy) ? "yes" : "denied";
  },
  line: (policy) => `SERVEREYE_AGENT_ALLOW=${[...allow, policy].join(",")}`,
  empty: allow.length === 0,
});

/** By the agent's own word. Where that can not be had now, anything: the agent decides for itself at the last. */
export async function offers({ deps }: Turn, serverId: string): Promise<Offers> {
  try {
    const there = (await deps.fleet.presenceOf([serverId])).get(serverId);
    if (there !== undefined) return offersOf(there.facts);
  } catch (error) {
    deps.log.info("chat.offers_unread", { serverId, error: String(error) });
  }
  return { of: () => "yes", line: () => "", empty: false };
}
