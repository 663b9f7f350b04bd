/** CRC-32C bit by bit, as its definition says: slow, and independent of the product's. */
export function toCrc32c(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (0x82f63b78 & -(rest & 1));
  }
  return ~rest >>> 0;
}
