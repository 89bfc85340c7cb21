/** The hub that runs on this machine: found by the file it leaves, spoken to over HTTP. */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { CommandHints, LocalHub, LoginLink, PressResult, Refusal } from "@servereye/contract";

/** Something the person can mend: shown as it is, without a stack. */
export class Advice extends Error {}

const DEADLINE_MS = 20_000;

export function findHub(dataDir: string): LocalHub {
  const file = join(dataDir, "run", "hub.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EACCES")
      throw new Advice(`${file} belongs to another user: run this as the one who started ServerEye.`, {
        cause: error,
      });
    throw notRunning(dataDir, error);
  }
  const read = LocalHub.safeParse(parse(text));
  if (!read.success) throw new Advice(`${file} is not what a hub writes: start ServerEye anew.`);
  return read.data;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Half written, or not ours: the schema says no to it.
    return undefined;
  }
}

export function notRunning(dataDir: string, cause?: unknown): Advice {
  const folder = relative(process.cwd(), dataDir) || ".";
  return new Advice(
    `ServerEye does not run here (data folder: ${folder.startsWith("..") ? dataDir : folder}). Start it with "npm start", or name its folder by SERVEREYE_DATA_DIR.`,
    { cause },
  );
}

/** One hub's API as its own terminal. Rejects with `Advice`. */
export class HubApi {
  readonly #hub: LocalHub;
  readonly #dataDir: string;
  readonly #locale: string;

  constructor(dataDir: string, locale: string) {
    this.#hub = findHub(dataDir);
    this.#dataDir = dataDir;
    this.#locale = locale;
  }

  async call(
    method: "GET" | "POST",
    path: string,
    more: { body?: unknown; wait?: boolean; signal?: AbortSignal } = {},
  ): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${this.#hub.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.#hub.consoleToken}`,
          "accept-language": this.#locale,
          ...(more.body === undefined ? {} : { "content-type": "application/json" }),
          ...(more.wait ? { prefer: "wait" } : {}),
        },
        ...(more.body === undefined ? {} : { body: JSON.stringify(more.body) }),
        signal: more.signal ?? AbortSignal.timeout(DEADLINE_MS),
      });
    } catch (error) {
      if (error instanceof Error && error.name === "TimeoutError")
        throw new Advice(`The hub did not answer within ${DEADLINE_MS / 1000} s.`, { cause: error });
      throw notRunning(this.#dataDir, error);
    }
    if (response.ok) return response;
    const said = Refusal.safeParse(await response.json().catch(() => undefined));
    throw new Advice(
      said.success ? `The hub says: ${said.data.error.detail}` : `The hub answered ${response.status}.`,
    );
  }

  async commands(): Promise<string[]> {
    const answer = CommandHints.parse(await (await this.call("GET", "/api/v1/chat/commands")).json());
    return answer.commands.map(({ name }) => `/${name}`);
  }

  /** @param wait resolve when the bot has said all it had to say */
  async write(text: string, wait: boolean): Promise<void> {
    await (await this.call("POST", "/api/v1/chat/messages", { body: { text }, wait })).body?.cancel();
  }

  async press(messageId: string, token: string): Promise<PressResult> {
    const response = await this.call("POST", "/api/v1/chat/presses", { body: { messageId, token } });
    return PressResult.parse(await response.json());
  }

  async loginLink(): Promise<string> {
    const response = await this.call("POST", "/api/v1/login-links", { body: {} });
    const { token } = LoginLink.parse(await response.json());
    return `${this.#hub.url}/#login=${token}`;
  }
}
