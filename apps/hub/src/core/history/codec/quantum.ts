/** Values as whole numbers of a measure's quantum, and back. */
import { CodecFault, MOST_SIGNED, type Reader, type Writer } from "./bytes.ts";

/** Most quanta of a value: two at the ends of the range are still no further apart than can be written. */
export const MOST_QUANTA = MOST_SIGNED / 2;

/** How many quanta a value is, rounded; undefined when that is more than can be kept exactly. */
export function quanta(value: number, quantum: number): number | undefined {
  const per = perOne(quantum);
  const count = Math.round(per === undefined ? value / quantum : value * per);
  // Rounding makes -0 of small negative numbers, which nobody means.
  return Math.abs(count) <= MOST_QUANTA ? count + 0 : undefined;
}

/** The value of so many quanta. 3 of 0.1 is 0.3, and not 0.30000000000000004. */
export function ofQuanta(count: number, quantum: number): number {
  const per = perOne(quantum);
  return per === undefined ? count * quantum : count / per;
}

/** Quanta in 1, when that is a whole number: dividing by it rounds once, multiplying by a tenth twice. */
function perOne(quantum: number): number | undefined {
  if (quantum >= 1) return undefined;
  const per = Math.round(1 / quantum);
  return 1 / per === quantum ? per : undefined;
}

/** Those that measures have; each is one byte in a column. Only ever added to at the end. */
const KNOWN = [1, 0.1, 0.01, 0.001, 0.0001, 10, 100, 1_000, 1_024, 4_096, 0.5, 0.05, 0.005, 2, 5, 512];
const OTHER = 255;

export function writeQuantum(out: Writer, quantum: number): void {
  const at = KNOWN.indexOf(quantum);
  out.byte(at < 0 ? OTHER : at);
  if (at < 0) out.double(quantum);
}

export function readQuantum(from: Reader): number {
  const at = from.byte();
  const quantum = at === OTHER ? from.double() : KNOWN[at];
  if (quantum === undefined || !(quantum > 0 && Number.isFinite(quantum)))
    throw new CodecFault("there is no such quantum");
  return quantum;
}
