/** The core's door for agents of the Go original, which poll: what the adapter that speaks their wire calls. */
import type { AgentFacts, KeyPair } from "@servereye/contract";

/** An agent whose key a person added, and who brought that key with this very request. */
export interface KnownOriginal {
  serverId: string;
  /** Made of the key: signs what the agent replies, as our own agents sign theirs. */
  key: KeyPair;
}

/** One ask as the agent is to get it. Handed out once, ever. */
export interface HandedOut {
  id: string;
  type: string;
  /** Epoch ms, when it was asked. */
  timestamp: number;
  payload: unknown;
}

export interface OriginalReplied {
  /** Ids it may answer, the surest first. */
  ids: readonly string[];
  type: string;
  payload: unknown;
  /** When the agent wrote it, by its own clock, epoch ms. */
  at: number | undefined;
}

export type OriginalFacts = Pick<AgentFacts, "version" | "os" | "hostname">;

export interface Originals {
  /**
   * The next ask for this agent, at once or as soon as it comes; undefined after `waitMs`, when `signal` aborts (then
   * nothing was taken), or at the hub's end. Being here, the agent is online. Rejects with Fault SERVER_UNKNOWN when
   * the server was removed, STORE_UNAVAILABLE or BROKER_UNAVAILABLE when it can not be let in now.
   */
  poll(agent: KnownOriginal, waitMs: number, signal: AbortSignal): Promise<HandedOut | undefined>;
  /** Takes a reply to whichever hub waits for it. What answers nothing is dropped and counted. */
  replied(agent: KnownOriginal, reply: OriginalReplied): Promise<void>;
  /** A sign of life. Never rejects. */
  alive(agent: KnownOriginal): Promise<void>;
  /** What the agent tells of itself; what is empty it does not tell, and what was known of that stays. */
  told(agent: KnownOriginal, facts: OriginalFacts): Promise<void>;
  /** Agents that are online here. */
  size(): number;
  /** Answers every poll, and gives what waits to other hubs. */
  close(): Promise<void>;
}
