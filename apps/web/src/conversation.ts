/** What the page knows of the conversation, as a pure reduction of what the hub tells. */
import type { ChatEvent, ChatMessage } from "@servereye/contract";

export interface Conversation {
  messages: readonly ChatMessage[];
  /** While the hub tells anew what it kept: what came so far. Shown once it is whole, so that nothing jumps. */
  told: readonly ChatMessage[] | undefined;
  typing: boolean;
}

export type Happening = ChatEvent | { type: "opened" } | { type: "kept" } | { type: "quiet" };

export const nothingYet: Conversation = { messages: [], told: undefined, typing: false };

/** The same message in the same state. Ids begin anew with a new run of the hub: the time tells them apart. */
const same = (a: ChatMessage, b: ChatMessage): boolean =>
  a.id === b.id && a.revision === b.revision && a.at === b.at;

const put = (messages: readonly ChatMessage[], one: ChatMessage): readonly ChatMessage[] => {
  const at = messages.findIndex(({ id }) => id === one.id);
  if (at < 0) return [...messages, one];
  const kept = messages[at];
  if (kept === undefined || same(kept, one) || (kept.at === one.at && kept.revision > one.revision))
    return messages;
  return messages.with(at, one);
};

export function happened(before: Conversation, what: Happening): Conversation {
  switch (what.type) {
    case "opened":
      return { ...before, told: [] };
    case "kept": {
      if (before.told === undefined) return before;
      // What is still the same stays the same object: it is not drawn again.
      const messages = before.told.map((one) => before.messages.find((old) => same(old, one)) ?? one);
      return { ...before, messages, told: undefined };
    }
    case "message": {
      if (before.told !== undefined) return { ...before, told: put(before.told, what.message) };
      const messages = put(before.messages, what.message);
      return { ...before, messages, typing: before.typing && what.message.from === "person" };
    }
    case "deleted": {
      const without = (list: readonly ChatMessage[]) => list.filter(({ id }) => id !== what.id);
      return before.told !== undefined
        ? { ...before, told: without(before.told) }
        : { ...before, messages: without(before.messages) };
    }
    case "typing":
      return { ...before, typing: true };
    case "quiet":
      return { ...before, typing: false };
  }
}
