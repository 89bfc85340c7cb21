/** A reply's body as it comes: no faster than it is read, and the connection ends with the reading. */
import type { IncomingMessage } from "node:http";
import type { Address } from "./address.ts";
import { away, lostBy } from "./away.ts";

export interface FlowOptions {
  address: Address;
  /** Ms between two pieces, counted while one is waited for. */
  quietMs: number | undefined;
  signal: AbortSignal | undefined;
}

export function flow(
  head: IncomingMessage,
  { address, quietMs, signal }: FlowOptions,
): AsyncIterable<Uint8Array> {
  const pieces = (head as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  async function next(): Promise<IteratorResult<Uint8Array>> {
    const tooQuiet = () => void head.destroy(away(address, "silent", `nothing came for ${quietMs} ms`));
    const timer = quietMs === undefined ? undefined : setTimeout(tooQuiet, quietMs);
    try {
      return await pieces.next();
    } catch (error) {
      head.destroy();
      throw signal?.aborted ? signal.reason : lostBy(address, error);
    } finally {
      clearTimeout(timer);
    }
  }
  async function leave(): Promise<IteratorResult<Uint8Array>> {
    head.destroy();
    return { done: true, value: undefined };
  }
  return { [Symbol.asyncIterator]: () => ({ next, return: leave }) };
}

/** Its first `most` bytes as text. */
export async function beginningOf(pieces: AsyncIterable<Uint8Array>, most: number): Promise<string> {
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    kept.push(piece);
    size += piece.length;
    if (size >= most) break;
  }
  return Buffer.concat(kept).subarray(0, most).toString("utf8");
}
