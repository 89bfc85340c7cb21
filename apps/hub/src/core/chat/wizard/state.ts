/** Where a person is in making a container: kept in the store, so that any hub takes the next word or press. */
import * as z from "zod/mini";
import type { Wizard } from "../../ports/wizards.ts";
import type { Turn } from "../turn.ts";
import { Wanted } from "./wanted.ts";

/** In this order; the summary comes after all of them. */
export const STEPS = ["server", "image", "name", "ports", "env", "volumes", "restart"] as const;
export type Step = (typeof STEPS)[number];
export type Place = Step | "summary";

const KIND = "create_container";
/** How long one is kept after its last word, ms. */
const KEPT_MS = 15 * 60_000;

const State = z.object({
  wanted: Wanted,
  serverId: z.optional(z.string()),
  at: z.enum([...STEPS, "summary"]),
  /** One step is changed: then the summary comes again. */
  changing: z.boolean(),
});
export type State = z.infer<typeof State>;

export interface Open {
  id: string;
  revision: number;
  state: State;
}

const opened = (wizard: Wizard | undefined): Open | undefined => {
  // Of another kind, or as another version of the hub keeps it: then the person is in the middle of nothing here.
  const state = wizard?.kind === KIND ? State.safeParse(wizard.steps) : undefined;
  return wizard === undefined || !state?.success
    ? undefined
    : { id: wizard.id, revision: wizard.revision, state: state.data };
};

/** What this person is in the middle of in this chat. */
export async function openWizard({ deps, chatKey, actor }: Turn): Promise<Open | undefined> {
  return opened(await deps.store.wizards.open(chatKey, actor.person.id, deps.clock.now()));
}

/** Begins a new one in the place of any other. */
export async function beginWizard({ deps, chatKey, actor }: Turn, state: State): Promise<Open> {
  const id = deps.chance.token(12);
  const expires = deps.clock.now() + KEPT_MS;
  await deps.store.wizards.begin({
    ...{ id, chatId: chatKey, personId: actor.person.id },
    ...{ kind: KIND, steps: state, expires },
  });
  return { id, revision: 0, state };
}

/** Undefined when another word or press came first: what that has changed stands. */
export async function changeWizard(
  { deps, chatKey, actor }: Turn,
  open: Open,
  state: State,
): Promise<Open | undefined> {
  const { id, revision } = open;
  const expires = deps.clock.now() + KEPT_MS;
  const kept = await deps.store.wizards.change({
    ...{ id, chatId: chatKey, personId: actor.person.id, kind: KIND, steps: state },
    ...{ revision, expires },
  });
  return kept ? { id, revision: revision + 1, state } : undefined;
}

/** Takes it out of the store, with all that was said: true for one caller alone. */
export async function endWizard({ deps, actor }: Turn, { id }: Pick<Open, "id">): Promise<boolean> {
  return (await deps.store.wizards.take(id, actor.person.id, deps.clock.now())) !== undefined;
}
