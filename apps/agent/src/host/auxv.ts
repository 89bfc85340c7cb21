/** Constants the kernel hands every program at its start (getauxval(3)), read from `/proc/self/auxv`. */

/** From the kernel's `include/uapi/linux/auxvec.h`. */
const AT_PAGESZ = 6;
const AT_CLKTCK = 17;

/**
 * `ticksPerSecond` is USER_HZ: 100 on every architecture Node runs on, whatever the kernel's own HZ, since it is
 * part of the kernel's promise to programs; `pageSize` is 4 KiB on x64 and 4, 16 or 64 KiB on arm64.
 */
export function kernelConstants(
  auxv: Uint8Array | undefined,
  arch: string,
): { ticksPerSecond: number; pageSize: number } {
  const found = { ticksPerSecond: 100, pageSize: 4096 };
  if (auxv === undefined) return found;
  // Pairs of machine words. A 32-bit word is enough for both values; all of Node's Linux targets but these are 64-bit.
  const word = arch === "arm" || arch === "ia32" || arch === "mipsel" ? 4 : 8;
  const view = new DataView(auxv.buffer, auxv.byteOffset, auxv.byteLength);
  const little = arch !== "s390x";
  const low = (at: number) => view.getUint32(little ? at : at + word - 4, little);
  for (let at = 0; at + 2 * word <= auxv.byteLength; at += 2 * word) {
    const type = low(at);
    const value = low(at + word);
    if (type === AT_PAGESZ && value > 0) found.pageSize = value;
    if (type === AT_CLKTCK && value > 0) found.ticksPerSecond = value;
  }
  return found;
}
