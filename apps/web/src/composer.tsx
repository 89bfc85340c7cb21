/** The input: commands are suggested as one types, Enter sends, the arrow up brings back what was written before. */
import type { CommandHint } from "@servereye/contract";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useTongue } from "./language.ts";
import { chips, recall, suggestions } from "./suggest.ts";

/** What the hub takes at most. */
const MOST_CHARACTERS = 4096;

interface Props {
  hints: readonly CommandHint[];
  /** What this person wrote, oldest first. */
  written: readonly string[];
  /** Resolves true when the hub has it. */
  send(text: string): Promise<boolean>;
}

export function Composer({ hints, written, send }: Props): ReactNode {
  const { say } = useTongue();
  const listId = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState("");
  const [place, setPlace] = useState<number>();
  const [closed, setClosed] = useState(false);
  const [active, setActive] = useState(0);
  const [sending, setSending] = useState(false);
  const offered = closed ? [] : suggestions(text, hints);
  const chosen = offered[Math.min(active, offered.length - 1)];

  // A keyboard that covers half of a phone comes only when asked for.
  useEffect(() => {
    if (matchMedia("(hover: hover)").matches) field.current?.focus();
  }, []);

  const change = (next: string): void => {
    setText(next);
    setClosed(false);
    setActive(0);
    setPlace(undefined);
  };
  const submit = async (what: string): Promise<void> => {
    if (what.trim() === "" || sending) return;
    setSending(true);
    const sent = await send(what.trim());
    setSending(false);
    // What was typed on in the meantime stays.
    if (sent) setText((now) => (now === what ? "" : now));
    setPlace(undefined);
  };
  const complete = (name: string): void => {
    change(`/${name} `);
    field.current?.focus();
  };
  const walk = (step: 1 | -1): void => {
    const next = recall(written, place, step);
    setPlace(next.place);
    setText(next.text);
    setClosed(true);
  };

  const key = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : undefined;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      const whole = hints.some(({ name }) => `/${name}` === text.trim());
      if (chosen !== undefined && !whole) complete(chosen.name);
      else void submit(text);
    } else if (step !== undefined && offered.length > 0) {
      event.preventDefault();
      setActive((Math.min(active, offered.length - 1) + step + offered.length) % offered.length);
    } else if (step !== undefined && (text === "" || place !== undefined)) {
      event.preventDefault();
      walk(step);
    } else if (event.key === "Tab" && !event.shiftKey && chosen !== undefined) {
      event.preventDefault();
      complete(chosen.name);
    } else if (event.key === "Escape") setClosed(true);
  };

  return (
    <footer className="composer">
      {offered.length > 0 && (
        <div className="offered" role="listbox" id={listId} aria-label={say("commands")}>
          {offered.map((hint) => (
            <div
              key={hint.name}
              id={`${listId}-${hint.name}`}
              role="option"
              tabIndex={-1}
              aria-selected={hint === chosen}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => complete(hint.name)}
              onKeyDown={undefined}
            >
              <span className="offered-name">/{hint.name}</span>
              <span className="offered-about">{hint.about}</span>
            </div>
          ))}
        </div>
      )}
      <nav className="chips" aria-label={say("commands")}>
        {chips(hints).map((name) => (
          <button key={name} type="button" onClick={() => void submit(`/${name}`)}>
            /{name}
          </button>
        ))}
      </nav>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit(text);
        }}
      >
        <textarea
          ref={field}
          rows={Math.min(6, text.split("\n").length)}
          role="combobox"
          aria-label={say("message")}
          aria-autocomplete="list"
          aria-expanded={offered.length > 0}
          aria-controls={listId}
          aria-activedescendant={chosen === undefined ? undefined : `${listId}-${chosen.name}`}
          placeholder={say("placeholder")}
          maxLength={MOST_CHARACTERS}
          value={text}
          onChange={(event) => change(event.target.value)}
          onKeyDown={key}
          autoComplete="off"
          autoCapitalize="none"
          enterKeyHint="send"
        />
        <button type="submit" className="send" aria-label={say("send")} disabled={text.trim() === ""}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M12 19V5m0 0-6 6m6-6 6 6" />
          </svg>
        </button>
      </form>
    </footer>
  );
}
