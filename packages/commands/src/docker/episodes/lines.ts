/** The last lines of a container's log, as an event carries them: few, short, and harmless to show. */
import { withoutSecrets } from "@servereye/contract";
import { MOST_LINES, MOST_LINES_BYTES } from "./kinds.ts";

/** Bytes of the end that are kept while it is read, however much comes before. */
const KEPT = 65_536;
/** Bytes read at the most: twenty lines of a program that writes none but long ones may be any number. */
export const MOST_READ = 8_388_608;

/** Header of a piece when the engine keeps stdout and stderr apart: the stream, three zeros, the length (Engine API, attach). */
const HEADER = 8;

/** The last bytes of the log's text; without the headers, if it has them. Stops at MOST_READ. */
export async function endOfLog(pieces: AsyncIterable<Uint8Array>, headed: boolean): Promise<Uint8Array> {
  let end = new Uint8Array();
  let read = 0;
  const keep = (bytes: Uint8Array): void => {
    const both = new Uint8Array(Math.min(end.length + bytes.length, KEPT));
    const before = both.length - Math.min(bytes.length, both.length);
    both.set(end.subarray(end.length - before));
    both.set(bytes.subarray(bytes.length - (both.length - before)), before);
    end = both;
  };
  const header = new Uint8Array(HEADER);
  let inHeader = 0;
  let left = 0;
  for await (const piece of pieces) {
    read += piece.length;
    if (!headed) keep(piece);
    for (let at = 0; headed && at < piece.length; ) {
      if (left > 0) {
        const bytes = piece.subarray(at, at + left);
        keep(bytes);
        left -= bytes.length;
        at += bytes.length;
      } else {
        header[inHeader++] = piece[at++] ?? 0;
        if (inHeader < HEADER) continue;
        inHeader = 0;
        left = new DataView(header.buffer).getUint32(4);
      }
    }
    if (read >= MOST_READ) break;
  }
  return end;
}

/** Colours and cursor movements of a terminal (ECMA-48: CSI and OSC sequences, and single escapes). */
const [ESC, BEL] = [String.fromCharCode(27), String.fromCharCode(7)];
const TERMINAL = new RegExp(
  `${ESC}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${BEL}${ESC}]*(?:${BEL}|${ESC}\\\\)?|[@-Z\\\\-_])`,
  "g",
);
/** What draws nothing of its own or turns the direction of what is around it. */
const HARMFUL = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu;

/** As a person may read them: the last that fit, oldest first, without secrets and what a terminal would act on. */
export function shownLines(bytes: Uint8Array): string[] {
  const text = new TextDecoder().decode(bytes).replaceAll("\r\n", "\n");
  const lines: string[] = [];
  let left = MOST_LINES_BYTES;
  const encoder = new TextEncoder();
  for (const line of text.split("\n").toReversed()) {
    const drawn = line.replace(TERMINAL, "").replaceAll("\t", "  ").replace(HARMFUL, "").trimEnd();
    // An alarm comes unasked, to a group too. Before it is cut: half of a secret would not be known for one.
    const clean = withoutSecrets(drawn);
    if (clean === "") continue;
    const size = encoder.encode(clean).length + 1;
    if (size > left) {
      // Of one that is too long by itself its end is told: better than nothing.
      if (lines.length === 0) lines.push(`…${lastOf(clean, left - 4)}`);
      break;
    }
    lines.push(clean);
    left -= size;
    if (lines.length === MOST_LINES) break;
  }
  return lines.toReversed();
}

/** The end of a text that takes at most so many bytes. */
function lastOf(text: string, most: number): string {
  const bytes = new TextEncoder().encode(text);
  return new TextDecoder().decode(bytes.subarray(bytes.length - most)).replace(/^\uFFFD+/, "");
}
