/** Which of a Redis Cluster's 16,384 slots a key or a channel is in. */

/** As the Cluster specification has it: CRC-16/XMODEM of the key, or of what stands in its first {braces}, modulo 16,384. */
export const SLOTS = 16_384;

const bytes = new TextEncoder();

export function slotOf(key: string): number {
  const open = key.indexOf("{");
  const close = open < 0 ? -1 : key.indexOf("}", open + 1);
  const hashed = close > open + 1 ? key.slice(open + 1, close) : key;
  let crc = 0;
  for (const byte of bytes.encode(hashed)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
    crc &= 0xffff;
  }
  return crc % SLOTS;
}
