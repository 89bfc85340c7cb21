/** Following the conversation: an EventSource that is made anew where the browser itself gives up. */
import { ChatEvent } from "@servereye/contract";
import type { Happening } from "./conversation.ts";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;
/** A page hidden for longer than this may hold a connection that died without a word (a phone asleep), ms. */
const STALE_MS = 20_000;

export function follow(options: {
  on(what: Happening): void;
  connected(yes: boolean): void;
  /** The hub refused the stream: is this still somebody it knows? Resolves false to stop following. */
  stillIn(): Promise<boolean>;
}): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_WAIT_MS;
  let ended = false;
  let hiddenAt = 0;

  const open = (): void => {
    clearTimeout(timer);
    source?.close();
    if (ended) return;
    const mine = new EventSource("/api/v1/chat/events");
    source = mine;
    mine.onopen = () => {
      wait = FIRST_WAIT_MS;
      options.on({ type: "opened" });
    };
    mine.addEventListener("kept", () => {
      options.on({ type: "kept" });
      options.connected(true);
    });
    mine.onmessage = ({ data }) => {
      const event = ChatEvent.safeParse(JSON.parse(String(data)));
      // A newer hub may tell of things that this page does not know yet.
      if (event.success) options.on(event.data);
    };
    mine.onerror = () => {
      options.connected(false);
      // Otherwise the browser is trying again already.
      if (mine.readyState === EventSource.CLOSED) void again();
    };
  };
  const again = async (): Promise<void> => {
    if (!(await options.stillIn()) || ended) return;
    timer = setTimeout(open, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  };
  const shown = (): void => {
    if (document.hidden) hiddenAt = Date.now();
    else if (source?.readyState !== EventSource.OPEN || Date.now() - hiddenAt > STALE_MS) open();
  };

  document.addEventListener("visibilitychange", shown);
  window.addEventListener("online", open);
  open();
  return () => {
    ended = true;
    clearTimeout(timer);
    source?.close();
    document.removeEventListener("visibilitychange", shown);
    window.removeEventListener("online", open);
  };
}
