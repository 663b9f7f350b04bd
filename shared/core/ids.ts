import { hash } from "node:crypto";

/** Where new names come from: random in production, seeded in tests. */
export interface Ids {
  /** `prefix_` and 26 characters of a–z and 2–7 (128 bits, not guessable, not ordered: ordered names make hot spots). */
  newId(prefix: string): string;
}

const characters = Buffer.from("abcdefghijklmnopqrstuvwxyz234567");
/** Of 26 characters, and one that 17 bytes begin. A text that grows by one character at a time is made of as many pieces. */
const written = Buffer.alloc(27);

/** `prefix_` and 26 characters made from the first 130 bits of at least 17 bytes. */
export function toId(prefix: string, bytes: Uint8Array): string {
  let length = 0;
  let buffer = 0;
  let bits = 0;
  for (let index = 0; index < 17; index++) {
    buffer = ((buffer << 8) | (bytes[index] ?? 0)) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      written[length++] = characters[(buffer >> bits) & 31] ?? 0;
    }
  }
  return `${prefix}_${written.toString("latin1", 0, 26)}`;
}

/** The same parts always give the same id. Parts are length-prefixed, so no two lists collide by concatenation. */
export function idFrom(prefix: string, ...parts: string[]): string {
  const text = parts.map((part) => `${part.length}:${part}`).join("");
  return toId(prefix, hash("sha256", text, "buffer"));
}

export function isId(prefix: string, text: string): boolean {
  return (
    text.length === prefix.length + 27 &&
    text.startsWith(`${prefix}_`) &&
    /^[a-z2-7]{26}$/.test(text.slice(-26))
  );
}
