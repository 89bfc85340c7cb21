/** `/#login=TOKEN`: the token is read once and gone from the address bar and the history in the same moment. */
import { loginToken } from "./plain.ts";

export function takeLogin(): string | undefined {
  if (!location.hash.includes("login=")) return undefined;
  const token = loginToken(location.hash);
  history.replaceState(null, "", location.pathname + location.search);
  return token;
}

/** A login link opened in a page that is open already changes the fragment only. */
export function onLoginLink(run: (token: string) => void): () => void {
  const look = (): void => {
    const token = takeLogin();
    if (token !== undefined) run(token);
  };
  window.addEventListener("hashchange", look);
  return () => window.removeEventListener("hashchange", look);
}
