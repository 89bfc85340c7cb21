/** What persons are in the middle of: a question-by-question conversation that any hub can go on with. */

export interface Wizard {
  id: string;
  chatId: string;
  personId: string;
  /** What it is for: the chat's own word. */
  kind: string;
  /** What was told so far. May hold secrets: it is shown to nobody as it is, and goes with the wizard. */
  steps: unknown;
  /** Counts the changes from 0. */
  revision: number;
  /** Epoch ms. */
  expires: number;
}

export interface Wizards {
  /** A person is in the middle of one thing in a chat at the most: this one takes the other's place. */
  begin(wizard: Omit<Wizard, "revision">): Promise<void>;
  /** The one that has not expired at `now`. */
  open(chatId: string, personId: string, now: number): Promise<Wizard | undefined>;
  /** Keeps the steps if nobody did since that revision: false when somebody did, or it is over. Counts the revision up. */
  change(wizard: Wizard): Promise<boolean>;
  /** Takes it out of the store for good, for exactly one caller ever. Expiry is judged by `now`. */
  take(id: string, personId: string, now: number): Promise<Wizard | undefined>;
  /** Throws away what expired before `now`; gives how many. */
  sweep(now: number): Promise<number>;
}
