/** One thing a person did, and the means to answer it. */
import type { Translate } from "@servereye/commands/hub";
import { Fault, type Inline, type View } from "@servereye/contract";
import type { StoredButton } from "../ports/buttons.ts";
import type { ChatPort, Incoming } from "../ports/chat.ts";
import type { Actor } from "../ports/people.ts";
import type { ChatDeps } from "./deps.ts";
import type { Draft } from "./draft.ts";
import { type Language, languageFor, translator } from "./translate.ts";

export type { Draft, DraftButton } from "./draft.ts";

export interface Turn {
  readonly incoming: Incoming;
  readonly actor: Actor;
  readonly language: Language;
  readonly t: Translate;
  readonly deps: ChatDeps;
  readonly port: ChatPort;
  /** Store key of the chat: channel and id. */
  readonly chatKey: string;
  /** The store is away: the rights are remembered ones, good for readings alone, and buttons can not be kept. */
  readonly degraded: boolean;
  /**
   * Shows an answer: a new message, or in the place of the one whose button was pressed. `stored`: tokens of buttons
   * that the store has already, to which those stored now are added.
   */
  show(draft: Draft, stored?: Set<string>): Promise<void>;
  /** Id of the message that this turn showed last; undefined when it showed none. */
  place(): Promise<string | undefined>;
  /** What is shown from now on has a message of its own, and that whose button was pressed stays. */
  anew(): void;
  /** Shows a first word now, which the next `show` replaces. */
  meanwhile(draft: Draft): void;
  /** Tells only the person who pressed; for something written it is nothing. */
  notice(text: string, alert?: boolean): Promise<void>;
  /** Whether the person who pressed was told something already: it can be done once. */
  noticed(): boolean;
}

export const chatKeyOf = (incoming: Incoming): string => `${incoming.chat.channel}:${incoming.chat.chatId}`;

export const BUTTON_TTL_MS = 90 * 24 * 3_600_000;
/** A confirmation lasts a minute (DESIGN §4). */
export const CONFIRM_TTL_MS = 60_000;

export const text = (...inlines: Inline[]): View["blocks"][number] => ({ type: "text", text: inlines });
export const note = (...inlines: Inline[]): View["blocks"][number] => ({ type: "note", text: inlines });

/** When it was read, under what was read. */
export const updatedNote = ({ t, deps }: Pick<Turn, "t" | "deps">): View["blocks"][number] =>
  note(t("updated"), " ", { kind: "time", at: Math.floor(deps.clock.now() / 1_000), style: "clock" });

/** What is shown while the store is away: without the buttons that would have to be kept, and saying why. */
export function withoutStore(turn: Pick<Turn, "t">, draft: Draft): Draft {
  const kept = (draft.buttons ?? []).map((row) => row.filter((button) => "href" in button));
  return {
    ...draft,
    blocks: [...draft.blocks, note(turn.t("store-away"))],
    buttons: kept.filter((row) => row.length > 0),
  };
}

/** Shows an answer; while the store is away, without its buttons, and saying why. */
export const tell = (turn: Turn, draft: Draft): Promise<void> =>
  turn.show(turn.degraded ? withoutStore(turn, draft) : draft);

/** Shows what has come about, without its buttons if the store went meanwhile and can not keep them. */
export const showAnyway = (turn: Turn, draft: Draft): Promise<void> =>
  turn.show(draft).catch((error: unknown) => {
    if (Fault.of(error).code !== "STORE_UNAVAILABLE") throw error;
    return turn.show(withoutStore(turn, draft));
  });

export function openTurn(deps: ChatDeps, incoming: Incoming, actor: Actor, degraded = false): Turn {
  const port = deps.port(incoming.chat.channel);
  const language = languageFor(actor.person.language, incoming.languageCode);
  const chatKey = chatKeyOf(incoming);
  let place =
    incoming.did.kind === "pressed" ? Promise.resolve<string | undefined>(incoming.messageId) : undefined;
  let told = false;

  // `before` is handed in: by the time the buttons are stored, `place` is this very message.
  const put = async (draft: Draft, before: typeof place, stored?: Set<string>): Promise<string> => {
    const view = await viewOf(deps, draft, chatKey, actor.person.id, stored);
    const messageId = await before;
    // A message that redraws itself must not come back over this one.
    if (messageId !== undefined) deps.live.left(chatKey, messageId);
    const shown =
      messageId === undefined
        ? await port.send(incoming.chat, view)
        : await port.edit(incoming.chat, messageId, view);
    return shown.messageId;
  };

  return {
    incoming,
    actor,
    language,
    deps,
    port,
    chatKey,
    degraded,
    t: translator(language),
    show: async (draft, stored) => {
      const before = place;
      const shown = put(draft, before, stored);
      // What the store refused was shown nowhere: what comes in its stead has its place.
      place = shown.catch((error: unknown) =>
        Fault.of(error).code === "STORE_UNAVAILABLE" ? before : undefined,
      );
      await shown;
    },
    place: async () => place,
    anew: () => {
      place = undefined;
    },
    meanwhile: (draft) => {
      // If this first word can not be sent, the answer itself is sent anew: `place` is then undefined.
      place = put(draft, place).catch((error: unknown) => {
        deps.log.warn("chat.meanwhile_failed", { error: String(error) });
        return undefined;
      });
    },
    noticed: () => told,
    notice: async (words, alert = false) => {
      if (incoming.did.kind !== "pressed" || told) return;
      told = true;
      await port.answerPress(
        incoming.chat,
        incoming.did.pressId,
        words === "" ? undefined : { text: words, alert },
      );
    },
  };
}

/** Stores a draft's buttons in one go, but for those in `stored`, and gives the view with their tokens. */
export async function viewOf(
  deps: Pick<ChatDeps, "store" | "clock" | "chance">,
  draft: Draft,
  chatKey: string,
  personId: string,
  stored?: Set<string>,
): Promise<View> {
  const rows: StoredButton[] = [];
  const now = deps.clock.now();
  const buttons = (draft.buttons ?? []).map((row) =>
    row.map((button) => {
      if ("href" in button) return button;
      const token = button.token ?? deps.chance.token(18);
      if (stored?.has(token)) return { label: button.label, token };
      rows.push({
        token,
        chatId: chatKey,
        personId: button.mine ? personId : null,
        action: button.action,
        expires: now + (button.ttlMs ?? BUTTON_TTL_MS),
        once: button.once ?? false,
      });
      return { label: button.label, token };
    }),
  );
  if (rows.length > 0) await deps.store.buttons.save(rows);
  for (const { token } of rows) stored?.add(token);
  return { ...(draft.title === undefined ? {} : { title: draft.title }), blocks: draft.blocks, buttons };
}
