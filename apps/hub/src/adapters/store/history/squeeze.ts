/** Deflate as history uses it: a small window for small pieces, which costs little to set up. */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Squeeze } from "../../../core/history/codec/frame.ts";

export const squeeze: Squeeze = {
  deflate: (bytes) => deflateRawSync(bytes, { windowBits: 12, memLevel: 5, level: 6 }),
  inflate: (bytes, most) => inflateRawSync(bytes, { maxOutputLength: most }),
};
