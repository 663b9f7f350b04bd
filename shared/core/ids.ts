import { hash } from "node:crypto";

/** Where new names come from: random in production, seeded in tests. */
export interface Ids {
  /** `prefix_` and 26 characters of a–z and 2–7 (128 bits, not guessable, not ordered: ordered names make hot spots). */
  newId(prefix: string): string;
}

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** `prefix_` and 26 characters made from the first 130 bits of at least 17 bytes. */
export function toId(prefix: string, bytes: Uint8Array): string {
  let text = `${prefix}_`;
  let buffer = 0;
  let bits = 0;
  for (let index = 0; index < 17; index++) {
    buffer = ((buffer << 8) | (bytes[index] ?? 0)) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(buffer >> bits) & 31];
    }
  }
  return text.slice(0, prefix.length + 27);
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
