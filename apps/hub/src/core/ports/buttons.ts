/** Buttons of the chat as the store keeps them. */

/** A stored button: who may press it, where, and what it does. Actions are data; permission is decided at the press. */
export interface StoredButton {
  token: string;
  chatId: string;
  /** Null: anybody who is allowed what it does (a reading in a group). */
  personId: string | null;
  action: ButtonAction;
  /** Epoch ms. */
  expires: number;
  /** A single-use button works once in its life. */
  once: boolean;
}

export type ButtonAction = (
  | { kind: "ask"; command: string; ask: Record<string, unknown>; serverId: string }
  | { kind: "menu"; command: string; args: string[] }
  | { kind: "do"; what: string; values: Record<string, string> }
) & {
  /** What it brings is a message of its own: the one it stands under (an alarm) stays as it is. */
  fresh?: true;
};

/** How what a single-use button stands for has ended: `refused` and `cancelled` changed nothing. */
export type ButtonOutcome = "done" | "refused" | "cancelled";

export interface Buttons {
  /** Many at once; concurrent calls may share one statement. */
  save(buttons: readonly StoredButton[]): Promise<void>;
  find(token: string): Promise<StoredButton | undefined>;
  /** For single-use ones: true for exactly one caller ever. Expiry is the caller's to judge. */
  spend(token: string): Promise<boolean>;
  /** Notes how what a spent one stands for has ended. */
  end(token: string, outcome: ButtonOutcome): Promise<void>;
  /** `unnoted`: spent, and nobody noted how it ended: it is under way, or its hub died. Undefined: no such button. */
  outcome(token: string): Promise<ButtonOutcome | "unspent" | "unnoted" | undefined>;
  /** Throws away what expired before `now`; gives how many. */
  sweep(now: number): Promise<number>;
}
