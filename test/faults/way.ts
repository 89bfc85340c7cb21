/** One direction of a proxied connection: bytes (and the end) kept in order, late, slow, or not passed at all. */
import type { Socket } from "node:net";

/** What a direction suffers. Nothing set: bytes pass at once. */
export interface Trouble {
  /** Each piece is passed this much later than it came, ms. */
  readonly latencyMs?: number;
  /** Bytes a second at the most. */
  readonly bytesPerSecond?: number;
  /** Nothing passes, not even the end. What is sent meanwhile passes when this ends, as TCP would send it again. */
  readonly blackHole?: boolean;
}

/** Bytes held back before the sender is no longer read from: then its own buffers fill, as on a real line. */
const MOST_HELD = 1_048_576;
/** A throttled line passes pieces worth so much of its time, ms. */
const QUANTUM_MS = 20;

interface Piece {
  /** Undefined is the end. */
  bytes: Buffer | undefined;
  readonly due: number;
}

export interface Way {
  /** Looks again at the trouble, which has changed. */
  changed(): void;
  /** Passes nothing any more and keeps no timer. */
  close(): void;
}

/** Passes what `from` sends on to `to`, under the trouble of each moment. */
export function createWay(from: Socket, to: Socket, trouble: () => Trouble): Way {
  const queue: Piece[] = [];
  let held = 0;
  let freeAt = 0;
  let timer: NodeJS.Timeout | undefined;
  let draining = false;
  let closed = false;

  const take = (bytes: Buffer | undefined) => {
    queue.push({ bytes, due: performance.now() + (trouble().latencyMs ?? 0) });
    held += bytes?.length ?? 0;
    if (held > MOST_HELD) from.pause();
    pump();
  };

  function pump(): void {
    clearTimeout(timer);
    for (;;) {
      const [first] = queue;
      const { bytesPerSecond, blackHole } = trouble();
      if (first === undefined || closed || draining || blackHole === true) return;
      const wait = Math.max(first.due, bytesPerSecond === undefined ? 0 : freeAt) - performance.now();
      if (wait > 0) {
        timer = setTimeout(pump, wait);
        return;
      }
      pass(first, bytesPerSecond);
    }
  }

  function pass(piece: Piece, bytesPerSecond: number | undefined): void {
    if (piece.bytes === undefined) {
      queue.shift();
      to.end();
      return;
    }
    const most =
      bytesPerSecond === undefined
        ? piece.bytes.length
        : Math.max(1, Math.floor((bytesPerSecond * QUANTUM_MS) / 1000));
    const bytes = piece.bytes.subarray(0, most);
    piece.bytes = piece.bytes.subarray(bytes.length);
    if (piece.bytes.length === 0) queue.shift();
    if (bytesPerSecond !== undefined)
      freeAt = Math.max(performance.now(), freeAt) + (bytes.length / bytesPerSecond) * 1000;
    held -= bytes.length;
    if (held <= MOST_HELD && from.isPaused()) from.resume();
    if (to.write(bytes)) return;
    draining = true;
    to.once("drain", () => {
      draining = false;
      pump();
    });
  }

  from.on("data", take);
  from.once("end", () => take(undefined));
  return {
    changed: pump,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
