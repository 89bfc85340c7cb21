/** Lines of a log for the wire and back: small ones as they are, others compressed, never more than a frame takes. */
import { Fault, fromBase64Url, toBase64Url, utf8 } from "@servereye/contract";
import { LONGEST_TEXT, LONGEST_UNPACKED } from "./contract.ts";

/** Below this compressing saves nothing worth its time, bytes. */
const PLAIN = 4 * 1024;

export interface Packed {
  form: "plain" | "gzip";
  text: string;
  /** Of the lines given, so many of the oldest did not fit. */
  dropped: number;
}

/** `lines` without their line feeds, the oldest first. */
export async function pack(lines: readonly string[]): Promise<Packed> {
  let from = 0;
  for (;;) {
    const kept = from === 0 ? lines : lines.slice(from);
    const bytes = utf8(kept.map((line) => `${line}\n`).join(""));
    if (bytes.length <= PLAIN) return { form: "plain", text: new TextDecoder().decode(bytes), dropped: from };
    const text = toBase64Url(await through(bytes, new CompressionStream("gzip"), Number.POSITIVE_INFINITY));
    if (text.length <= LONGEST_TEXT) return { form: "gzip", text, dropped: from };
    // What compresses badly loses its oldest: in proportion, and a tenth more so that once is mostly enough.
    const share = (0.9 * LONGEST_TEXT) / text.length;
    from = lines.length - Math.floor(kept.length * share);
  }
}

/** The lines again. Fault ANSWER_INVALID for what is none, or becomes more than an agent may send. */
export async function unpack({ form, text }: Pick<Packed, "form" | "text">): Promise<string[]> {
  const whole = form === "plain" ? text : new TextDecoder().decode(await unzipped(text));
  const lines = whole.split("\n");
  lines.pop();
  return lines;
}

async function unzipped(text: string): Promise<Uint8Array> {
  const bytes = fromBase64Url(text);
  try {
    if (bytes !== undefined) return await through(bytes, new DecompressionStream("gzip"), LONGEST_UNPACKED);
  } catch (cause) {
    throw new Fault("ANSWER_INVALID", "the log's text can not be unpacked", { cause });
  }
  throw new Fault("ANSWER_INVALID", "the log's text is no base64url");
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  change: CompressionStream | DecompressionStream,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const changed: ReadableStream<Uint8Array> = new Blob([bytes]).stream().pipeThrough(change);
  for await (const piece of changed) {
    length += piece.length;
    // Leaving the loop ends the unpacking, too.
    if (length > most) throw new Error(`it becomes more than ${most} bytes`);
    pieces.push(piece);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
