/** The hub's real HTTP side and console, with a small scripted bot and sessions in memory: what the page talks to. */
import { join } from "node:path";
import type { View } from "@servereye/contract";
import { type Api, startApi } from "../../hub/src/adapters/api/server.ts";
import { issueLogin } from "../../hub/src/adapters/api/session.ts";
import { createConsole } from "../../hub/src/adapters/console/console.ts";
import { systemChance, systemClock } from "../../hub/src/clock.ts";
import type { ChatPort, Incoming } from "../../hub/src/core/ports/chat.ts";
import type { Account } from "../../hub/src/core/ports/people.ts";
import type { Ticket, Tickets } from "../../hub/src/core/ports/servers.ts";
import type { Sessions } from "../../hub/src/core/ports/store.ts";

/** What survives a restart of the hub: sessions and tickets, as the store keeps them. */
export interface Kept {
  tickets: Map<string, Ticket>;
  sessions: Map<string, Account>;
}

export interface PageHub {
  url: string;
  port: number;
  kept: Kept;
  loginLink(): Promise<string>;
  close(): Promise<void>;
}

export type Bot = (incoming: Incoming, port: ChatPort) => Promise<void>;

export async function startPageHub(options: {
  bot: Bot;
  port?: number;
  kept?: Kept;
  commands?: Array<{ name: string; about: string }>;
}): Promise<PageHub> {
  const kept = options.kept ?? { tickets: new Map(), sessions: new Map() };
  const local = createConsole({
    handler: () => ({ handle: (incoming) => options.bot(incoming, local.port) }),
    clock: systemClock,
    personName: "Ada",
  });
  const quiet = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: console.error,
  };
  const api: Api = await startApi({
    host: "127.0.0.1",
    port: options.port ?? 0,
    version: "0.0.0-test",
    publicUrl: () => "http://127.0.0.1",
    consoleToken: "console-token-of-a-test",
    hubKey: "",
    pageFolder: join(import.meta.dirname, "../dist"),
    agentBundle: undefined,
    clock: systemClock,
    chance: systemChance,
    log: quiet,
    tickets: ticketsIn(kept.tickets),
    sessions: sessionsIn(kept.sessions),
    people: new Proxy({} as never, {
      get: (_target, name) => {
        if (name !== "byAccount")
          throw new Error(`the page's API is not expected to use people.${String(name)}`);
        return async () => ({ id: "p1", name: "Ada", language: null, admin: true });
      },
    }),
    conversations: local.conversations,
    menu: () => options.commands ?? [],
    health: { health: async () => Promise.reject(new Error("not asked for in this test")) },
    metrics: async () => ({ contentType: "text/plain", text: "" }),
    routes: [],
    upgrade: (_request, socket) => socket.destroy(),
  });
  return {
    url: api.url,
    port: Number(new URL(api.url).port),
    kept,
    loginLink: async () =>
      `${api.url}/#login=${await issueLogin(ticketsIn(kept.tickets), systemClock, systemChance)}`,
    close: () => api.close(),
  };
}

function ticketsIn(kept: Map<string, Ticket>): Tickets {
  return {
    issue: async (secret, ticket) => void kept.set(secret, ticket),
    redeem: async (kind, secret) => {
      const found = kept.get(secret);
      if (found?.kind !== kind) return undefined;
      kept.delete(secret);
      return found;
    },
    revoke: async () => kept.clear(),
  };
}

function sessionsIn(kept: Map<string, Account>): Sessions {
  return {
    start: async (secret, account) => void kept.set(secret, account),
    find: async (secret) => kept.get(secret),
    end: async (secret) => void kept.delete(secret),
  };
}

/** Names as somebody who means harm would choose them. */
export const HOSTILE = "<img src=x onerror=document.title='broken'>\u202Egnp.exe";

export const memoryView = (used: string, share: number): View => ({
  title: "🧠 Memory · web-1",
  blocks: [
    {
      type: "bars",
      rows: [
        { label: "RAM", share, text: `${Math.round(share * 100)} %`, level: share > 0.9 ? "bad" : "ok" },
        { label: "Swap", share: 0.84, text: "84 %", level: "warn" },
      ],
    },
    {
      type: "facts",
      rows: [
        { label: "Used", value: [`${used} of 31.3 GiB`] },
        { label: "Available", value: ["17.9 GiB"] },
        { label: "Cached", value: ["9.6 GiB"] },
      ],
    },
    {
      type: "note",
      text: ["Updated ", { kind: "time", at: Math.floor(Date.now() / 1000), style: "clock" }],
    },
  ],
  buttons: [[{ label: "🔄 Refresh", token: "refresh" }]],
});

export const statusView = (): View => ({
  title: "📡 Status · web-1",
  blocks: [
    {
      type: "facts",
      rows: [
        {
          label: "State",
          value: ["online ", { kind: "time", at: Math.floor(Date.now() / 1000) - 7300, style: "relative" }],
          level: "ok",
        },
        { label: "Round trip", value: ["3.1 ms"] },
        { label: "Clock", value: ["2.4 s ahead"], level: "warn" },
        { label: "Agent", value: [{ kind: "code", text: "0.1.0" }] },
      ],
    },
  ],
  buttons: [],
});

export const processesView = (): View => ({
  title: "⚙️ Processes · web-1",
  blocks: [
    { type: "text", text: ["Top by CPU ", { kind: "strong", text: "now" }] },
    {
      type: "table",
      columns: [
        { head: "PID", align: "right" },
        { head: "Name", align: "left" },
        { head: "CPU", align: "right" },
        { head: "Memory", align: "right" },
      ],
      rows: [
        ["41234", "postgres: wr…", "61 %", "2.1 GiB"],
        ["911", "nginx", "12 %", "84.0 MiB"],
        ["30", "дневник (x)", "3 %", "1.1 GiB"],
      ],
    },
  ],
  buttons: [
    [
      { label: "By CPU", token: "cpu" },
      { label: "By memory", token: "mem" },
    ],
    [{ label: "🔄 Refresh", token: "refresh-p" }],
  ],
});
