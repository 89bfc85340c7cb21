/** The way in: how to get a login link, and a place to paste one. */
import { type FormEvent, type ReactNode, useState } from "react";
import { useTongue } from "./language.ts";
import { Mark } from "./mark.tsx";
import { loginToken } from "./plain.ts";

export function Login(props: { why: string | undefined; enter(token: string): void }): ReactNode {
  const { say } = useTongue();
  const [link, setLink] = useState("");
  const [wrong, setWrong] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const token = loginToken(link);
    setWrong(token === undefined);
    if (token !== undefined) props.enter(token);
  };
  const fault = wrong ? "login-shape" : props.why;
  return (
    <main className="calm">
      <Mark />
      <h1>{say("login-title")}</h1>
      {fault !== undefined && (
        <p className="fault" role="alert" id="login-fault">
          {say(fault)}
        </p>
      )}
      <p>{say("login-text")}</p>
      <pre className="command">npx servereye login</pre>
      <p>{say("login-once")}</p>
      <form onSubmit={submit}>
        <input
          aria-label={say("login-field")}
          aria-invalid={wrong}
          placeholder="http://…/#login=…"
          value={link}
          onChange={(event) => setLink(event.target.value)}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          type="text"
          inputMode="url"
        />
        <button type="submit" className="primary">
          {say("login-button")}
        </button>
      </form>
    </main>
  );
}
