/** What happened in a run, as it can be seen from outside: what was asked, what was said, what agents ran, what broke. */
import type { FaultCode } from "@servereye/contract";

/** Something a person asked for, in their private chat. Times are epoch ms of this machine, which all parts share. */
export interface Operation {
  /** A mark is a word that its answer repeats; an ask goes to an agent and comes back. */
  readonly kind: "mark" | "ask";
  readonly person: number;
  /** From 1, in the order in which the person wrote. */
  readonly number: number;
  /** The mark's word, or the server that was asked. */
  readonly of: string;
  readonly invokedAt: number;
}

/** What a message of the bot means. */
export type Meaning =
  | { readonly kind: "mark"; readonly word: string }
  /** `title` is the server the hub names, `by` and `run` what the agent itself put into its answer. */
  | {
      readonly kind: "answer";
      readonly title: string;
      readonly by: string;
      readonly run: number;
    }
  /** `server` where the words name one. */
  | { readonly kind: "fault"; readonly code: FaultCode; readonly server: string | undefined }
  /** A first word that the answer will replace: it ends nothing. */
  | { readonly kind: "meanwhile" }
  | { readonly kind: "other" };

/** A message of the bot (or what it became by an edit), in the order of its chat. */
export interface Said {
  readonly chat: number;
  readonly at: number;
  readonly text: string;
  readonly meaning: Meaning;
}

/** One execution at an agent: its own counter, and the id of the signed ask that began it. */
export interface Run {
  readonly server: string;
  readonly run: number;
  readonly ask: string;
  readonly at: number;
}

export type Target =
  | "hub"
  | "redis"
  | "postgres"
  | "agent"
  | "agent line"
  | "redis line"
  | "postgres line"
  | "telegram line"
  /** Somebody who sends true messages again on Redis. */
  | "rogue";

/** Something that was broken on purpose. */
export interface Disturbance {
  readonly target: Target;
  /** What was done: `kill`, `stop`, `pause`, `restart`, `cut`, ... */
  readonly what: string;
  readonly at: number;
  /** When it was mended; undefined while it is not. */
  until: number | undefined;
}

export interface History {
  readonly operations: Operation[];
  /** By chat, in the order of each chat. */
  readonly said: Said[];
  readonly runs: Run[];
  readonly disturbances: Disturbance[];
}

export const emptyHistory = (): History => ({ operations: [], said: [], runs: [], disturbances: [] });

/** What an agent of these runs puts in the place of a sensor's name: who it is, and which run of its own this is. */
export const runWord = (server: string, run: number): string => `${server}-r${run}`;
