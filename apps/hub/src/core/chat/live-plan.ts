/** What a live message is asked for with, free of how it is drawn. */
import type { Translate } from "@servereye/commands/hub";
import type { ButtonAction } from "../ports/buttons.ts";
import type { ChatPort, Incoming } from "../ports/chat.ts";
import type { Actor } from "../ports/people.ts";
import type { Draft } from "./draft.ts";

/** What of a turn goes on after it. */
export interface LiveTurn {
  readonly incoming: Incoming;
  readonly actor: Actor;
  readonly t: Translate;
  readonly port: ChatPort;
  readonly chatKey: string;
  readonly degraded: boolean;
  show(draft: Draft, stored?: Set<string>): Promise<void>;
  meanwhile(draft: Draft): void;
  place(): Promise<string | undefined>;
}

export interface LivePlan {
  /** Between two drawings, ms; at least the pace of the chat. */
  everyMs: number;
  /** Ms from the first drawing to the end. */
  forMs: number;
  /** Gives the whole message, with the buttons it has besides ⏹. `n` counts from 0. A fault ends it with its words. */
  draw(n: number): Promise<{ draft: Draft; over: boolean }>;
  /** What Refresh does once it has ended before it was over. Without it there is no such button. */
  again?: ButtonAction;
  /** The server it reads: it ends as soon as its person may not read there any more. */
  reads?: string;
  /** Whom a fault is about. */
  of?: { server?: string; command?: string };
}

export interface Live {
  /** Resolves when the first drawing is shown, and rejects with what kept it from being shown. The rest goes on by itself. */
  run(turn: LiveTurn, plan: LivePlan): Promise<void>;
  /** Something else is about to take the place of this message. */
  left(chatKey: string, messageId: string): void;
  /** Ends the one of this id, if it is here. */
  stop(id: string): boolean;
  /** Ends all with a last drawing, within a quarter of a second. */
  close(): Promise<void>;
}
