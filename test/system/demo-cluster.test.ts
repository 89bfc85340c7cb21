/** The demo cluster as a person starts it: asked through its balancer, a hub killed, asked again, and nothing left behind. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { eventsOf } from "../../apps/cli/src/chat/events.ts";
import { needs } from "../engines.ts";
import { PATIENCE_MS, run } from "./process.ts";
import { createUndo } from "./undo.ts";

const main = join(import.meta.dirname, "../demo-cluster/main.ts");
const undo = createUndo();
after(() => undo.run());

/** The page's way in, by the balancer: its cookies, kept as a browser does. */
async function pageAt(link: string) {
  const { origin, hash } = new URL(link);
  const cookies = new Map<string, string>();
  const call = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const headers = { ...init.headers, cookie, "content-type": "application/json", origin };
    const response = await fetch(`${origin}${path}`, { signal, ...init, headers });
    for (const one of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(one) ?? [];
      cookies.set(name, value);
    }
    return response;
  };
  const token = hash.replace("#login=", "");
  const login = await call("/api/v1/session", { method: "POST", body: JSON.stringify({ token }) });
  assert.equal(login.status, 204);
  return {
    /** The hub that the balancer keeps this page at. */
    hub: () => cookies.get("HUB") ?? "",
    /** What the chat holds after the text was handled, as text; empty where no hub took it. */
    async ask(text: string): Promise<string> {
      const body = JSON.stringify({ text });
      const asked = await call("/api/v1/chat/messages", {
        method: "POST",
        body,
        headers: { prefer: "wait" },
      });
      if (!asked.ok) return "";
      const leaving = new AbortController();
      const stream = await call("/api/v1/chat/events", { signal: leaving.signal });
      let last = "";
      for await (const event of eventsOf(stream.body ?? new ReadableStream())) {
        if (event.type === "message" && event.message.from === "bot")
          last = JSON.stringify(event.message.view);
        if (event.type === "kept") break;
      }
      leaving.abort();
      return last;
    },
  };
}

/** Processes that have the folder in their command line, or work in it. */
const living = (folder: string): string[] =>
  readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      return `${command} ${readlinkSync(`/proc/${pid}/cwd`)}`.includes(folder) ? [command] : [];
    } catch {
      // It ended between the listing and the look.
      return [];
    }
  });

it(
  "a killed hub is not missed, and Ctrl-C leaves nothing",
  needs("postgres15", "redis", "haproxy", "procfs"),
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "eye-"));
    undo.add(() => rmSync(folder, { recursive: true, force: true }));
    const { PATH } = process.env;
    const env = { PATH, HOME: folder, SERVEREYE_HTTP_PORT: "0", SERVEREYE_DATA_DIR: join(folder, "data") };
    const running = run(process.execPath, [main], { cwd: folder, env });
    undo.add(() => running.end("SIGKILL"));
    await running.line((line) => line.includes("Ctrl-C stops everything"));
    const link = /http\S+#login=\S+/.exec(running.output())?.[0] ?? "";
    await running.line((line) => line.includes("holds the agent"));
    const page = await pageAt(link);
    assert.match(await page.ask("/memory"), /Available/);

    const victim = page.hub();
    const pid = Number(new RegExp(`^ +${victim} +(\\d+) `, "m").exec(running.output())?.[1]);
    assert.ok(pid > 1, running.output());
    process.kill(pid, "SIGKILL");
    await running.line((line) => line.includes(`${victim} is gone (SIGKILL)`));
    // The agent may have been at the same hub: it needs its moment to dial another one.
    const until = performance.now() + PATIENCE_MS;
    let answer = "";
    while (!answer.includes("Available") && performance.now() < until) answer = await page.ask("/memory");
    assert.match(answer, /Available/);
    assert.notEqual(page.hub(), victim);

    assert.ok(living(folder).length >= 7, living(folder).join("\n"));
    assert.equal(await running.end("SIGINT"), 0);
    assert.deepEqual(living(folder), []);
  },
);
