/** The hub's API as the page uses it. Every answer is parsed; every failure becomes one of few kinds. */
import { type CommandHint, CommandHints, PressResult, Refusal, SessionInfo } from "@servereye/contract";

/** `out`: not logged in. `away`: no hub could be reached. `busy`: too much at once. `hub`: its own fault. */
export type Trouble = "out" | "away" | "busy" | "hub" | "refused";

export class HubTrouble extends Error {
  readonly trouble: Trouble;
  constructor(trouble: Trouble, detail: string, cause?: unknown) {
    super(detail, cause === undefined ? undefined : { cause });
    this.name = "HubTrouble";
    this.trouble = trouble;
  }
}

const DEADLINE_MS = 15_000;

async function call(method: string, path: string, body?: unknown): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`/api/v1/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
  } catch (error) {
    throw new HubTrouble("away", "the hub can not be reached", error);
  }
  if (response.ok) return response;
  const said = Refusal.safeParse(await response.json().catch(() => undefined));
  const detail = said.success ? said.data.error.detail : response.statusText;
  throw new HubTrouble(troubleOf(response.status), detail);
}

function troubleOf(status: number): Trouble {
  if (status === 401) return "out";
  if (status === 429) return "busy";
  // A proxy in front says so for a hub that is being started anew.
  if ([502, 503, 504].includes(status)) return "away";
  return status >= 500 ? "hub" : "refused";
}

export const hub = {
  login: async (token: string): Promise<void> => void (await call("POST", "session", { token })),
  logout: async (): Promise<void> => void (await call("DELETE", "session")),
  session: async (): Promise<SessionInfo> => SessionInfo.parse(await (await call("GET", "session")).json()),
  commands: async (): Promise<CommandHint[]> =>
    CommandHints.parse(await (await call("GET", "chat/commands")).json()).commands,
  write: async (text: string): Promise<void> => void (await call("POST", "chat/messages", { text })),
  press: async (messageId: string, token: string): Promise<PressResult> =>
    PressResult.parse(await (await call("POST", "chat/presses", { messageId, token })).json()),
};
