/** What a command is: a typed question or action that a person asks and an agent answers. */
import type * as z from "zod/mini";

/** Least role a person needs on the server. */
export type Role = "viewer" | "operator" | "admin" | "owner";
export const ROLES: readonly Role[] = ["viewer", "operator", "admin", "owner"];

export interface Command<
  Ask extends z.ZodMiniType = z.ZodMiniType,
  Reply extends z.ZodMiniType = z.ZodMiniType,
> {
  /** As typed after the slash and as `type` on the wire. */
  readonly name: string;
  /** What it is, in a word or two, for developers. */
  readonly about: string;
  readonly needs: Role;
  /** The line in the agent's `allow:` that permits it: of every action, and of a reading that can be taken away. */
  readonly policy?: string;
  /** It only reads, though it has a policy: it may be asked again, and for several at once. */
  readonly reads?: true;
  readonly ask: Ask;
  readonly answer: Reply;
  /** How long a person waits for it at the most, ms (5,000 unless told). */
  readonly deadlineMs?: number;
}

export type AskOf<C extends Command> = z.infer<C["ask"]>;
export type AnswerOf<C extends Command> = z.infer<C["answer"]>;

/** Declares a command; only gives the literal its types. */
export const command = <A extends z.ZodMiniType, R extends z.ZodMiniType>(c: Command<A, R>): Command<A, R> =>
  c;

/** Whether it may change something: then it is run once, and what is not known of it may have been done. */
export const acts = ({ policy, reads }: Pick<Command, "policy" | "reads">): boolean =>
  policy !== undefined && reads !== true;

export const DEFAULT_DEADLINE_MS = 5_000;
