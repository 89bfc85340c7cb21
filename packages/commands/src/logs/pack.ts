/** Lines of a log for the wire and back: small ones as they are, others compressed, never more than a frame takes. */
import { Fault, fromBase64Url } from "@servereye/contract";
import { LONGEST_TEXT, LONGEST_UNPACKED, MOST_UNPACKED_LINES } from "./contract.ts";

/** Below this compressing saves nothing worth its time, characters. */
const PLAIN = 4 * 1024;
/** Characters handed to the compressor at once: the whole stands nowhere in memory but compressed. */
const GROUP = 64 * 1024;
/** Compressed bytes that fit: base64 makes four characters of three. */
const MOST_PACKED = Math.floor(LONGEST_TEXT / 4) * 3;
/** Bytes made into base64 at once; a multiple of three. */
const STRETCH = 24 * 1024;

export interface Packed {
  form: "plain" | "gzip";
  text: string;
  /** Of the lines given, so many of the oldest did not fit. */
  dropped: number;
}

/** `count` lines without their line feeds, the oldest first; `linesFrom(n)` gives them without the first n, any number of times. */
export async function pack(linesFrom: (from: number) => Iterable<string>, count: number): Promise<Packed> {
  for (let from = 0; ; ) {
    const groups = grouped(linesFrom(from));
    const first = groups.next();
    const second = first.done ? first : groups.next();
    const start = first.value ?? "";
    if (second.done && start.length <= PLAIN) return { form: "plain", text: start, dropped: from };
    const rest = (function* () {
      yield start;
      if (!second.done) yield second.value;
      yield* groups;
    })();
    const { pieces, length } = await compressed(rest);
    if (length <= MOST_PACKED) return { form: "gzip", text: base64Url(whole(pieces, length)), dropped: from };
    // What compresses badly loses its oldest: in proportion, and a tenth more so that once is mostly enough.
    from = count - Math.floor((count - from) * ((0.9 * MOST_PACKED) / length));
  }
}

function* grouped(lines: Iterable<string>): Generator<string, undefined> {
  let group = "";
  for (const line of lines) {
    group += `${line}\n`;
    if (group.length < GROUP) continue;
    yield group;
    group = "";
  }
  if (group !== "") yield group;
  return undefined;
}

/** What is beyond what fits is counted and let go of. */
async function compressed(groups: Iterable<string>): Promise<{ pieces: Uint8Array[]; length: number }> {
  const gzip = new CompressionStream("gzip");
  const encoder = new TextEncoder();
  const writer = gzip.writable.getWriter();
  const written = (async () => {
    for (const group of groups) {
      await writer.ready;
      await writer.write(encoder.encode(group));
    }
    await writer.close();
  })();
  const [out] = await Promise.all([drained(gzip.readable, MOST_PACKED), written]);
  return out;
}

/** The lines again. Fault ANSWER_INVALID for what is none, or becomes more than an agent may send. */
export async function unpack({ form, text }: Pick<Packed, "form" | "text">): Promise<string[]> {
  const all = form === "plain" ? text : new TextDecoder().decode(await unzipped(text));
  // Some kilobytes become millions of empty lines, and each is an object to whoever draws them.
  if (feedsIn(all, MOST_UNPACKED_LINES) > MOST_UNPACKED_LINES)
    throw new Fault("ANSWER_INVALID", `a log of more than ${MOST_UNPACKED_LINES} lines`);
  const lines = all.split("\n");
  lines.pop();
  return lines;
}

/** Line feeds in it; counts one more than `most` at the most. */
function feedsIn(text: string, most: number): number {
  let feeds = 0;
  for (let at = text.indexOf("\n"); at >= 0 && feeds <= most; at = text.indexOf("\n", at + 1)) feeds++;
  return feeds;
}

async function unzipped(text: string): Promise<Uint8Array> {
  const bytes = fromBase64Url(text);
  if (bytes === undefined) throw new Fault("ANSWER_INVALID", "the log's text is no base64url");
  try {
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const { pieces, length } = await drained(plain, LONGEST_UNPACKED, true);
    return whole(pieces, length);
  } catch (cause) {
    throw new Fault("ANSWER_INVALID", "the log's text can not be unpacked", { cause });
  }
}

/** `strict`: more than `most` bytes is an error, and ends the reading; else what is beyond is only counted. */
async function drained(
  stream: ReadableStream<Uint8Array>,
  most: number,
  strict = false,
): Promise<{ pieces: Uint8Array[]; length: number }> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stream) {
    length += piece.length;
    if (length <= most) pieces.push(piece);
    else if (strict) throw new Error(`it becomes more than ${most} bytes`);
  }
  return { pieces, length };
}

function whole(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** The contract's own goes byte by byte, which for half a megabyte costs thirty of memory. */
function base64Url(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += STRETCH)
    parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + STRETCH))));
  return parts.join("").replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
