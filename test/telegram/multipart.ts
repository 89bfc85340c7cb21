/**
 * Reads multipart bodies as the real server does. The platform's own reader will not do: grammY writes file names
 * without quotes, which the real server takes up to the next semicolon and the platform refuses.
 */
import type { Upload } from "./params.ts";

/** One field: a text, or a file when it came with a file name. */
export type Part = readonly [name: string, value: string | Upload];

const mostParts = 200;
const blankLine = Buffer.from("\r\n\r\n");

/** The parts of a body. Throws `SyntaxError` when it is broken or cut short. */
export function readParts(body: Buffer, contentType: string): Part[] {
  const boundary = attribute(contentType, "boundary");
  if (!boundary) throw new SyntaxError("the boundary is missing");
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first delimiter stands without a line break before it.
  const whole = Buffer.concat([Buffer.from("\r\n"), body]);
  const parts: Part[] = [];
  let at = whole.indexOf(delimiter);
  if (at < 0) throw new SyntaxError("the boundary does not occur");
  for (;;) {
    at += delimiter.length;
    const mark = whole.toString("latin1", at, at + 2);
    if (mark === "--") return parts;
    const end = whole.indexOf(delimiter, at);
    const headEnd = whole.indexOf(blankLine, at);
    if (mark !== "\r\n" || end < 0 || headEnd < 0 || headEnd > end) throw new SyntaxError("a part is broken");
    if (parts.length >= mostParts) throw new SyntaxError(`more than ${mostParts} parts`);
    parts.push(part(whole.toString("utf8", at, headEnd), whole.subarray(headEnd + blankLine.length, end)));
    at = end;
  }
}

function part(head: string, content: Buffer): Part {
  const lines = head.split("\r\n");
  const header = (name: string) => {
    const line = lines.find((one) => one.toLowerCase().startsWith(`${name}:`));
    return line?.slice(name.length + 1).trim() ?? "";
  };
  const disposition = header("content-disposition");
  const name = attribute(disposition, "name");
  if (name === undefined) throw new SyntaxError("a part has no name");
  const fileName = attribute(disposition, "filename");
  if (fileName === undefined) return [name, content.toString("utf8")];
  const mimeType = header("content-type") || "application/octet-stream";
  return [name, { fileName, mimeType, bytes: Buffer.from(content) }];
}

/** `key="value"` with escapes, or `key=value` up to the next semicolon. */
function attribute(text: string, key: string): string | undefined {
  const pattern = /;\s*([\w*-]+)=(?:"((?:\\.|[^"\\])*)"|([^;]*))/g;
  for (const [, found = "", quoted, bare] of text.matchAll(pattern)) {
    if (found.toLowerCase() !== key) continue;
    // Browsers and fetch write a quote in a name as %22.
    return quoted === undefined ? bare?.trim() : quoted.replace(/\\(.)/g, "$1").replaceAll("%22", '"');
  }
  return undefined;
}
