/** A reply's body as it comes: no faster than it is read, and the connection ends with the reading. */
import type { IncomingMessage } from "node:http";
import { finished } from "node:stream/promises";
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

/** To its end, each piece handed to `take` and then let go of. */
export async function handedOn(
  head: IncomingMessage,
  { address, quietMs, signal }: FlowOptions,
  take: (piece: Uint8Array) => void,
): Promise<void> {
  const tooQuiet = () => void head.destroy(away(address, "silent", `nothing came for ${quietMs} ms`));
  const timer = quietMs === undefined ? undefined : setTimeout(tooQuiet, quietMs);
  let left: { by: unknown } | undefined;
  const heard = (piece: Uint8Array): void => {
    timer?.refresh();
    try {
      take(piece);
      letGo(piece);
    } catch (error) {
      left = { by: error };
      head.off("data", heard);
      head.destroy();
    }
  };
  head.on("data", heard);
  try {
    await finished(head);
  } catch (error) {
    head.destroy();
    if (left !== undefined) throw left.by;
    throw signal?.aborted ? signal.reason : lostBy(address, error);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Gives the memory of a piece back now: an engine sends each line as a piece of its own, and a collection comes only
 * after tens of thousands of them. One that shares its memory with others is left to the collector.
 */
function letGo({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
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
