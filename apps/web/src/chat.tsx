/** The chat: the conversation as the hub tells it, the input below, and what to say when something goes wrong. */
import type { CommandHint, SessionInfo } from "@servereye/contract";
import { type ReactNode, useCallback, useEffect, useMemo, useReducer, useState } from "react";
import { HubTrouble, hub, type Trouble } from "./api.ts";
import { Composer } from "./composer.tsx";
import { happened, nothingYet } from "./conversation.ts";
import { follow } from "./follow.ts";
import { useTongue } from "./language.ts";
import { Mark } from "./mark.tsx";
import { Message } from "./message.tsx";
import { useStayAtEnd } from "./stay-at-end.ts";

const TYPING_MS = 6_000;
const TOAST_MS = 4_500;

export function Chat({ session, signedOut }: { session: SessionInfo; signedOut(): void }): ReactNode {
  const { say } = useTongue();
  const [conversation, tell] = useReducer(happened, nothingYet);
  const [link, setLink] = useState<"connecting" | "online" | "reconnecting">("connecting");
  const [hints, setHints] = useState<readonly CommandHint[]>([]);
  const [toast, setToast] = useState<{ text: string; bad: boolean }>();
  const [pressing, setPressing] = useState<{ messageId: string; token: string }>();
  const end = useStayAtEnd(conversation.messages, conversation.typing);

  const notice = useCallback((text: string) => setToast({ text, bad: false }), []);
  const failed = useCallback(
    (error: unknown, away: string) => {
      if (!(error instanceof HubTrouble)) throw error;
      if (error.trouble === "out") signedOut();
      else setToast({ text: say(faultWords(error.trouble, away), { detail: error.message }), bad: true });
    },
    [say, signedOut],
  );

  useEffect(
    () =>
      follow({
        on: tell,
        connected: (yes) => setLink((now) => (yes ? "online" : now === "connecting" ? now : "reconnecting")),
        stillIn: async () => {
          try {
            await hub.session();
          } catch (error) {
            if (!(error instanceof HubTrouble) || error.trouble !== "out") return true;
            signedOut();
            return false;
          }
          return true;
        },
      }),
    [signedOut],
  );
  useEffect(() => {
    // The commands are asked for anew with each connection: a hub that was updated may have more.
    if (link !== "online") return;
    hub.commands().then(setHints, (error: unknown) => failed(error, "fault-offline"));
  }, [link, failed]);
  useEffect(() => {
    if (!conversation.typing) return;
    const timer = setTimeout(() => tell({ type: "quiet" }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [conversation.typing]);
  useEffect(() => {
    if (toast === undefined) return;
    const timer = setTimeout(() => setToast(undefined), TOAST_MS);
    return () => clearTimeout(timer);
  }, [toast]);

  const send = useCallback(
    async (text: string): Promise<boolean> => {
      end.go();
      try {
        await hub.write(text);
        return true;
      } catch (error) {
        failed(error, "fault-not-sent");
        return false;
      }
    },
    [failed, end.go],
  );
  const press = useCallback(
    async (messageId: string, token: string): Promise<void> => {
      setPressing({ messageId, token });
      try {
        const { notice: said } = await hub.press(messageId, token);
        if (said !== undefined) notice(said);
      } catch (error) {
        failed(error, "fault-offline");
      } finally {
        setPressing((now) => (now?.token === token ? undefined : now));
      }
    },
    [failed, notice],
  );
  const leave = (): void => {
    hub.logout().then(signedOut, (error: unknown) => failed(error, "fault-offline"));
  };

  const written = useMemo(
    () => conversation.messages.flatMap(({ from, text }) => (from === "person" && text ? [text] : [])),
    [conversation.messages],
  );

  return (
    <div className="chat">
      <header className="top">
        <Mark />
        <h1>ServerEye</h1>
        <span className={`link ${link}`} role="status">
          {say(link)}
        </span>
        <button type="button" className="quiet" onClick={leave} title={session.name}>
          {say("sign-out")}
        </button>
      </header>
      <main className="scroller" ref={end.scroller} onScroll={end.scrolled}>
        <div className="log" role="log" aria-live="polite" aria-label={say("log")} ref={end.content}>
          {conversation.messages.length === 0 && link === "online" && (
            <div className="empty">
              <Mark />
              <h2>{say("empty-title")}</h2>
              <p>{say("empty-text")}</p>
            </div>
          )}
          {conversation.messages.map((message) => (
            <Message
              key={message.id}
              message={message}
              pressing={pressing?.messageId === message.id ? pressing.token : undefined}
              press={press}
              tell={notice}
            />
          ))}
          {conversation.typing && (
            <p className="typing">
              <span className="unseen">{say("typing")}</span>
              <i />
              <i />
              <i />
            </p>
          )}
        </div>
      </main>
      <div className="over">
        <div role="status" className="toast-place">
          {toast !== undefined && <p className={toast.bad ? "toast bad" : "toast"}>{toast.text}</p>}
        </div>
        {end.away && (
          <button type="button" className="to-end" aria-label={say("latest")} onClick={end.go}>
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d="M12 5v14m0 0-6-6m6 6 6-6" />
            </svg>
          </button>
        )}
      </div>
      <Composer hints={hints} written={written} send={send} />
    </div>
  );
}

const faultWords = (trouble: Exclude<Trouble, "out">, away: string): string =>
  ({ away, busy: "fault-busy", hub: "fault-hub", refused: "fault-refused" })[trouble];
