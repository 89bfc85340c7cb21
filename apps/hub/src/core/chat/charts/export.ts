/** /export <range> [server]: all of a server's measures over a time, as a CSV file. */
import { Fault } from "@servereye/contract";
import { authorize } from "../../access/authorize.ts";
import { columnOf, csvOf } from "../../history/csv.ts";
import type { ChatCommand } from "../commands/command.ts";
import { meantServer, withoutServers } from "../commands/meant-server.ts";
import type { ChatDeps } from "../deps.ts";
import { refusal } from "../faults.ts";
import { type Turn, text } from "../turn.ts";
import { msOf, spanOf, spanText, USUAL_SPAN } from "./span.ts";

const NAME = "export";
/** Lines and cells of a file, and its bytes: what a spreadsheet opens, and a chat takes. */
const MOST_LINES = 8_640;
const MOST_CELLS = 1_000_000;
const MOST_BYTES = 20_000_000;
const LEAST_STEP_MS = 10_000;
/** That are made at the same time; each holds its file until it is sent. */
const MOST_AT_ONCE = 3;

const underWay = new WeakMap<ChatDeps, number>();

export const exportCommand: ChatCommand = {
  name: NAME,
  menu: "all",
  run: async (turn, { words }) => {
    if (await withoutServers(turn)) return;
    const at = words.findIndex((word) => spanOf(word) !== undefined);
    const span = spanOf(words[at] ?? "") ?? USUAL_SPAN;
    const named = words.filter((_, other) => other !== at).join(" ");
    const again = { command: NAME, words: (id: string) => [span, id] };
    const server = await meantServer(turn, named, again);
    if (server === undefined) return;
    const decision = authorize(turn.actor, "server.read", { serverId: server.id });
    if (!decision.allowed) return turn.show({ blocks: [text(refusal(turn, decision))] });
    const count = underWay.get(turn.deps) ?? 0;
    if (count >= MOST_AT_ONCE) throw new Fault("RATE_LIMITED", "too many exports at once");
    underWay.set(turn.deps, count + 1);
    try {
      await send(turn, server, span);
    } finally {
      underWay.set(turn.deps, (underWay.get(turn.deps) ?? 1) - 1);
    }
  },
};

async function send(turn: Turn, server: { id: string; name: string }, span: string): Promise<void> {
  const { t, deps, port, incoming } = turn;
  const now = deps.clock.now();
  const begin = now - msOf(span);
  const known = await deps.history.series(server.id, begin, now);
  const series = known.toSorted((a, b) => columnOf(a).localeCompare(columnOf(b)));
  if (series.length === 0)
    return turn.show({ blocks: [text(t("export-none", { server: server.name, span: spanText(t, span) }))] });
  port.typing(incoming.chat);
  const lines = Math.min(MOST_LINES, Math.floor(MOST_CELLS / series.length));
  const stepMs = Math.ceil(msOf(span) / lines / LEAST_STEP_MS) * LEAST_STEP_MS;
  const from = Math.ceil(begin / stepMs) * stepMs;
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  let rows = -1;
  let whole = true;
  for await (const piece of csvOf(deps.history, { serverId: server.id, series, from, to: now, stepMs })) {
    const encoded = new TextEncoder().encode(piece);
    whole = bytes + encoded.byteLength <= MOST_BYTES;
    if (!whole) break;
    pieces.push(encoded);
    bytes += encoded.byteLength;
    rows += 1;
  }
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.byteLength;
  }
  const figures = {
    server: server.name,
    span: spanText(t, span),
    columns: series.length,
    rows,
    step: stepMs / 1_000,
  };
  await port.sendFile(
    incoming.chat,
    {
      name: `${server.name}-${span}.csv`,
      mediaType: "text/csv",
      bytes: all,
      caption: [t("export-done", figures), ...(whole ? [] : [t("export-cut")])].join(" "),
    },
    { replyTo: incoming.messageId },
  );
}
