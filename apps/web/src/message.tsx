/** One message: what a person wrote, or what the bot shows with its buttons. */
import type { Button, ChatMessage } from "@servereye/contract";
import { memo, type ReactNode } from "react";
import { FileRow } from "./file.tsx";
import { keyed } from "./keyed.ts";
import { useTongue } from "./language.ts";
import { stampText } from "./moments.ts";
import { plain, safeLink } from "./plain.ts";
import { ViewBody } from "./view.tsx";

interface Props {
  message: ChatMessage;
  /** Token of the button of this message that is being pressed. */
  pressing: string | undefined;
  press(messageId: string, token: string): void;
  tell(text: string): void;
}

/** Drawn anew only when it has changed itself: a long conversation stays quick. */
export const Message = memo(function Message({ message, pressing, press, tell }: Props): ReactNode {
  const { locale, say } = useTongue();
  const { view } = message;
  const mine = message.from === "person";
  return (
    <article className={mine ? "message mine" : "message"} data-id={message.id}>
      <div className="bubble">
        <span className="unseen">{mine ? say("you") : "ServerEye"}: </span>
        {message.text !== undefined && <p className="text">{plain(message.text)}</p>}
        {view !== undefined && <ViewBody view={view} tell={tell} />}
        {message.file !== undefined && <FileRow file={message.file} />}
        <time className="stamp" dateTime={new Date(message.at).toISOString()}>
          {stampText(message.at, Date.now(), locale)}
        </time>
      </div>
      {keyed(view?.buttons ?? []).map((row) => (
        <div className="buttons" key={row.key}>
          {keyed(row.one).map(({ one: button, key }) => (
            <PressOrLink
              key={key}
              button={button}
              busy={"token" in button && pressing === button.token}
              press={(token) => press(message.id, token)}
            />
          ))}
        </div>
      ))}
    </article>
  );
});

function PressOrLink(props: { button: Button; busy: boolean; press(token: string): void }): ReactNode {
  const { button, busy } = props;
  if ("token" in button)
    return (
      <button
        type="button"
        aria-busy={busy}
        aria-disabled={busy}
        onClick={() => !busy && props.press(button.token)}
      >
        {plain(button.label)}
      </button>
    );
  const href = safeLink(button.href);
  // A link that leads nowhere safe is shown and can not be followed.
  if (href === undefined)
    return (
      <button type="button" disabled>
        {plain(button.label)}
      </button>
    );
  return (
    <a className="button" href={href} target="_blank" rel="noopener noreferrer">
      {plain(button.label)} ↗
    </a>
  );
}
