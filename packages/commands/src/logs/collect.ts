/** Reads what a container wrote: each piece is let go of as it is read, the newest is kept in a ring. */
import { type AnswerOf, type AskOf, Fault } from "@servereye/contract";
import * as z from "zod/mini";
import { readContainer } from "../docker/calls.ts";
import { EngineRefusal } from "../docker/engine.ts";
import { ContainerId } from "../docker/grammar.ts";
import type { Host } from "../host.ts";
import { type Collect, collector } from "../kit.ts";
import { logs, MOST_BYTES } from "./contract.ts";
import { LogFrames } from "./frames.ts";
import { harmless } from "./harmless.ts";
import { momentOf } from "./moment.ts";
import { pack } from "./pack.ts";
import { Tail } from "./tail.ts";

/** Ms for what the container is, and for the first of its log. */
const HEAD_MS = 5_000;
/** The longest silence of an engine amid a log, ms. */
const QUIET_MS = 10_000;
/** For all of it, ms: below the command's own deadline, so that the answer says what it was. */
const WHOLE_MS = 25_000;

const OUT = 0x6f;
const ERR = 0x65;

/** What of a container's own account matters here. */
const About = z.object({
  Id: ContainerId,
  Name: z.catch(z.string(), ""),
  State: z.catch(z.object({ Running: z.catch(z.boolean(), false) }), { Running: false }),
  Config: z.catch(z.object({ Tty: z.catch(z.boolean(), false) }), { Tty: false }),
});

export const collectLogs: Collect<typeof logs> = async (ask, host) => {
  const { Id, Name, State, Config } = await about(host, ask.id);
  const told = { id: ask.id, name: Name.replace(/^\//, ""), running: State.Running, tty: Config.Tty };
  const nothing = { form: "plain" as const, text: "", leftLines: 0, leftBytes: 0, cut: 0 };
  try {
    return { ...told, ...(await tailOf({ ...ask, id: Id }, Config.Tty, host)) };
  } catch (error) {
    if (!(error instanceof EngineRefusal) || error.status === 404) throw gone(error);
    return { ...told, ...nothing, unreadable: error.said.slice(0, 300).toWellFormed() };
  }
};

async function about(host: Host, id: string): Promise<z.infer<typeof About>> {
  const told = await readContainer(host, id, HEAD_MS, About);
  if (told === undefined) throw new Fault("CONTAINER_NOT_FOUND", `no container has the id ${id}`);
  return told;
}

const gone = (error: unknown): unknown =>
  error instanceof EngineRefusal && error.status === 404
    ? new Fault("CONTAINER_NOT_FOUND", error.said, { cause: error })
    : error;

type Told = Pick<AnswerOf<typeof logs>, "form" | "text" | "leftLines" | "leftBytes" | "cut" | "cursor">;

async function tailOf(ask: AskOf<typeof logs>, tty: boolean, host: Host): Promise<Told> {
  const tail = new Tail(MOST_BYTES);
  const after = ask.cursor === undefined ? undefined : momentOf(ask.cursor);
  let cut = 0;
  const frames = new LogFrames(tty, (stream, line, wasCut) => {
    // The engine counts from a moment on, this counts after it.
    if (after !== undefined && !(latin(line) > after)) return;
    tail.add(stream === "out" ? OUT : ERR, line);
    if (wasCut) cut++;
  });
  const began = host.monotonic();
  const take = (piece: Uint8Array): void => {
    frames.push(piece);
    if (host.monotonic() - began > WHOLE_MS)
      throw new Fault("COMMAND_TIMEOUT", "the log is too long to be read in time", {
        values: { ms: WHOLE_MS },
      });
  };
  const query = { stdout: true, stderr: true, timestamps: true, follow: false, ...span(ask, after, host) };
  const call = { route: "container.logs", path: { id: ask.id }, query } as const;
  try {
    await host.docker.engine.read({ ...call, deadlineMs: HEAD_MS, quietMs: QUIET_MS }, take);
    frames.end();
    return await packed(tail, ask.lines, cut);
  } finally {
    tail.letGo();
  }
}

/** How much the engine is asked for: it finds the last lines of a file without reading all of it. */
function span(
  { lines, sinceSeconds }: AskOf<typeof logs>,
  after: string | undefined,
  host: Host,
): Record<string, string | number> {
  const since = sinceSeconds === undefined ? undefined : Math.floor(host.now() / 1000) - sinceSeconds;
  const from = after ?? since;
  return { tail: lines ?? "all", ...(from === undefined ? {} : { since: from }) };
}

/** The moment before a line, as a text that orders; "" when there is none. */
function latin(line: Uint8Array): string {
  const end = line.indexOf(0x20);
  return (end > 0 && end < 40 && momentOf(String.fromCharCode(...line.subarray(0, end)))) || "";
}

async function packed(tail: Tail, most: number | undefined, cut: number): Promise<Told> {
  const decoder = new TextDecoder();
  const skipped = most === undefined ? 0 : Math.max(0, tail.count - most);
  function* linesFrom(from: number): Generator<string> {
    for (const raw of tail.lines(skipped + from)) yield written(decoder.decode(raw));
  }
  const count = tail.count - skipped;
  const { form, text, dropped } = await pack(linesFrom, count);
  const [newest = ""] = linesFrom(count - 1);
  const cursor = newest.slice(1).split(" ", 1)[0];
  return {
    form,
    text,
    leftLines: tail.leftLines + dropped,
    leftBytes: tail.leftBytes + tail.bytesOf(skipped, skipped + dropped),
    cut,
    ...(cursor === undefined || momentOf(cursor) === undefined ? {} : { cursor }),
  };
}

/** Mark and moment stay; what was written is made harmless. */
function written(line: string): string {
  const end = line.indexOf(" ");
  return end < 0 ? harmless(line) : `${line.slice(0, end + 1)}${harmless(line.slice(end + 1))}`;
}

export const logsCollector = collector(logs, collectLogs);
