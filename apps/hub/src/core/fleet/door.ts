/** The core's door for agents: what an adapter that holds agents' connections calls, and what it must offer. */
import type { AgentEvent, AgentFacts, Answer, Ask, FaultCode } from "@servereye/contract";
import type { HubKey } from "../ports/process.ts";
import type { SampleIntake, SampleLine } from "../ports/samples.ts";

/** An agent that proved it holds its key. */
export interface Candidate {
  /** 32 raw bytes. */
  publicKey: Uint8Array<ArrayBuffer>;
  /** Derived from it. */
  serverId: string;
  facts: AgentFacts;
  /** The one-time token it brought. */
  enrol: string | undefined;
  /** It would wait to be added by its code. */
  pair: boolean;
  /** As worked out on this side from both keys and nonces. */
  pairingCode: string;
  /** Address of the peer, for the audit log. */
  from: string;
}

/** What becomes of a candidate. Times in epoch ms. */
export type Admission =
  | { kind: "welcome"; serverId: string; name: string }
  | { kind: "waiting"; expires: number }
  | { kind: "refused"; code: FaultCode; detail: string; again: boolean };

/** The same at the door, where waiting holds a subscription until it is stopped. */
export type DoorAdmission =
  | Exclude<Admission, { kind: "waiting" }>
  | { kind: "waiting"; expires: number; stop(): Promise<void> };

/** When an agent that is let go may dial again. */
export type Again = "soon" | "later" | "never";

/** An agent's connection as the core uses it. Neither call throws. */
export interface AgentLine {
  ask(ask: Ask): void;
  /** Ends the connection with a `bye`. `why` is counted. */
  leave(again: Again, why: "removed" | "replaced" | "stopping", detail: string): void;
}

/** A connected agent as its connection uses it. Neither call throws. */
export interface OnlineAgent {
  readonly name: string;
  /** `agentClock`: epoch ms as the agent has it. */
  heartbeat(agentClock: number): void;
  /** A measured network round trip, ms. */
  latency(ms: number): void;
  /** Passes an answer on. False when this connection was never asked it (or answered before, or too late). */
  answered(answer: Answer): boolean;
  /** An event it told. True when it is kept (or was before) and the agent may forget it. Never rejects. */
  told(event: AgentEvent): Promise<boolean>;
  /** Where its samples go; undefined when this hub keeps none. Tells the first pace at once. */
  samples(line: SampleLine): SampleIntake | undefined;
  /** The connection is no more. Idempotent. */
  gone(): Promise<void>;
}

export interface AgentDoor {
  readonly hubKey: HubKey;
  /**
   * Judges a candidate. When it waits, `paired` is called once it was added on any hub: then admit it again
   * with `pair` false. Rejects with a Fault when store or broker can not be reached.
   */
  admit(candidate: Candidate, paired: () => void): Promise<DoorAdmission>;
  /**
   * Puts an admitted agent online. Asks reach `line` from before this resolves, so send the welcome first.
   * Rejects with Fault SERVER_UNKNOWN when the server was removed meanwhile.
   */
  connected(
    agent: { serverId: string; facts: AgentFacts; protocol: number; clock: number },
    line: AgentLine,
  ): Promise<OnlineAgent>;
}
