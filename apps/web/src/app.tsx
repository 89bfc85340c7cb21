/** Who is here: finding it out, the way in, and the chat. */
import type { SessionInfo } from "@servereye/contract";
import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import { HubTrouble, hub } from "./api.ts";
import { Chat } from "./chat.tsx";
import { TongueContext, tongueOf } from "./language.ts";
import { Login } from "./login.tsx";
import { onLoginLink } from "./login-link.ts";
import { Mark } from "./mark.tsx";

const RETRY_MS = 2_000;

type Here =
  | { is: "finding out"; away: boolean }
  | { is: "out"; why: string | undefined }
  | { is: "in"; session: SessionInfo };

export function App({ login }: { login: string | undefined }): ReactNode {
  const [here, setHere] = useState<Here>({ is: "finding out", away: false });
  const [token, setToken] = useState(login);
  const chosen = here.is === "in" ? here.session.language : undefined;
  const tongue = useMemo(() => tongueOf(chosen), [chosen]);
  const signedOut = useCallback(() => setHere({ is: "out", why: "ended" }), []);

  useEffect(() => {
    document.documentElement.lang = tongue.language;
  }, [tongue]);
  useEffect(
    () =>
      onLoginLink((found) => {
        setHere({ is: "finding out", away: false });
        setToken(found);
      }),
    [],
  );

  useEffect(() => {
    if (here.is !== "finding out") return;
    let over = false;
    let timer: ReturnType<typeof setTimeout>;
    const find = async (): Promise<void> => {
      const next = await whoIsHere(token);
      if (over) return;
      if (next.is !== "finding out") setToken(undefined);
      setHere(next);
      if (next.is === "finding out") timer = setTimeout(find, RETRY_MS);
    };
    timer = setTimeout(find, 0);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [here.is, token]);

  return (
    <TongueContext value={tongue}>
      {here.is === "in" && <Chat session={here.session} signedOut={signedOut} />}
      {here.is === "out" && (
        <Login
          why={here.why}
          enter={(found) => {
            setToken(found);
            setHere({ is: "finding out", away: false });
          }}
        />
      )}
      {here.is === "finding out" && (
        <main className="calm" aria-busy="true">
          <Mark />
          <p role="status">
            {here.away ? tongue.say("fault-offline") : token === undefined ? "" : tongue.say("login-busy")}
          </p>
        </main>
      )}
    </TongueContext>
  );
}

/** Spends a login token if there is one, then asks who is logged in. */
async function whoIsHere(token: string | undefined): Promise<Here> {
  let why: string | undefined;
  try {
    if (token !== undefined)
      await hub.login(token).catch((error: unknown) => {
        // A used link is no harm to whoever is logged in already: they are let in below.
        if (!(error instanceof HubTrouble) || error.trouble === "away") throw error;
        why = error.trouble === "busy" ? "fault-tries" : "fault-used";
      });
    return { is: "in", session: await hub.session() };
  } catch (error) {
    if (error instanceof HubTrouble && error.trouble === "out") return { is: "out", why };
    return { is: "finding out", away: true };
  }
}
