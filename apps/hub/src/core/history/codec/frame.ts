/** What is written, squeezed when that makes it smaller, with a byte ahead that says which. */
import { CodecFault } from "./bytes.ts";

/** Deflate (RFC 1951), which the core has not got itself. */
export interface Squeeze {
  deflate(bytes: Uint8Array): Uint8Array;
  /** @throws anything when it is no deflated data, or more than `most` bytes come of it */
  inflate(bytes: Uint8Array, most: number): Uint8Array;
}

const FORMS = { plain: 0, deflated: 1 } as const;
/** What is shorter does not get smaller: deflate itself has to say how it does it. */
const WORTH_IT = 12;
/** More than any column that is written here: of 2^17 values, eight bytes each, with the runs of its gaps. */
const MOST_BYTES = 1_500_000;

/** The shortest of these writings of the same. */
export function frame(writings: readonly Uint8Array[], squeeze: Squeeze): Uint8Array<ArrayBuffer> {
  let form: number = FORMS.plain;
  let best: Uint8Array | undefined;
  for (const plain of writings) {
    if (best === undefined || plain.length < best.length) [form, best] = [FORMS.plain, plain];
    if (plain.length < WORTH_IT) continue;
    const deflated = squeeze.deflate(plain);
    if (deflated.length < best.length) [form, best] = [FORMS.deflated, deflated];
  }
  const framed = new Uint8Array((best?.length ?? 0) + 1);
  framed[0] = form;
  if (best !== undefined) framed.set(best, 1);
  return framed;
}

/** @throws CodecFault */
export function unframe(bytes: Uint8Array, squeeze: Squeeze): Uint8Array {
  const body = bytes.subarray(1);
  if (bytes[0] === FORMS.plain) return body;
  if (bytes[0] !== FORMS.deflated) throw new CodecFault("it has no form that is known");
  try {
    return squeeze.inflate(body, MOST_BYTES);
  } catch (cause) {
    throw new CodecFault("it does not inflate", { cause });
  }
}
