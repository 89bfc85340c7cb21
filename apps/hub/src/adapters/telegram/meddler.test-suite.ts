/** Stands between the bot and the emulator and answers some calls itself: what Telegram rarely does can be had too. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

export interface Meddling {
  status: number;
  /** JSON when an object. */
  body: Record<string, unknown> | string;
}

/** Undefined: the call goes on to the emulator. */
export type Rule = (method: string, payload: Record<string, unknown>) => Meddling | undefined;

export function refusal(code: number, description: string, parameters?: Record<string, unknown>): Meddling {
  return {
    status: code,
    body: { ok: false, error_code: code, description, ...(parameters ? { parameters } : {}) },
  };
}

/** Gives its API root. */
export async function meddlerFor(t: TestContext, root: string, rule: Rule): Promise<string> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => void answer(Buffer.concat(parts)));
    const answer = async (body: Buffer) => {
      const method = request.url?.split("/").at(-1) ?? "";
      const payload: unknown = body.length === 0 ? {} : JSON.parse(body.toString());
      const own = rule(method, payload as Record<string, unknown>);
      if (own) {
        response.writeHead(own.status, {
          "content-type": typeof own.body === "string" ? "text/html" : "application/json",
        });
        response.end(typeof own.body === "string" ? own.body : JSON.stringify(own.body));
        return;
      }
      const hungUp = new AbortController();
      response.on("close", () => hungUp.abort());
      const passed = await fetch(`${root}${request.url}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
        signal: hungUp.signal,
      }).catch(() => undefined); // The bot hung up, or the emulator is closed: nobody reads the answer.
      if (!passed) return void response.destroy();
      response.writeHead(passed.status, { "content-type": "application/json" }).end(await passed.text());
    };
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
