/** JSON values out of a stream that has one a line, as engines tell of long work. */

/** Characters of one line; engines send a few hundred. */
const LONGEST_LINE = 64 * 1024;

/** Lines that are no JSON are passed over; too long a one is cut away whole. */
export async function* jsonLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let rest = "";
  let tooLong = false;
  for await (const piece of bytes) {
    rest += decoder.decode(piece, { stream: true });
    let from = 0;
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n", from)) {
      const value = tooLong ? undefined : parsed(rest.slice(from, end));
      tooLong = false;
      from = end + 1;
      if (value !== undefined) yield value;
    }
    rest = rest.slice(from);
    if (rest.length > LONGEST_LINE) {
      tooLong = true;
      rest = "";
    }
  }
  const last = tooLong ? undefined : parsed(rest);
  if (last !== undefined) yield last;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Empty, or words of a proxy in between: nothing that could be used.
    return undefined;
  }
}
