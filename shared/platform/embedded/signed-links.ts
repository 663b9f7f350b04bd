import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../core/clock.ts";

export const linkPath = "/_blobs/";

/** Links to blobs that carry their own permission: an end in Unix seconds and an HMAC-SHA-256 over key and end. */
export type SignedLinks = {
  sign(key: string, expiresInSeconds: number): string;
  /** The key that an unexpired link with a right signature names, and for how many seconds more. */
  verify(url: URL): { key: string; secondsLeft: number } | undefined;
};

export function createSignedLinks(secret: Uint8Array, clock: Clock, baseUrl: () => string): SignedLinks {
  const toSignature = (key: string, expires: string) =>
    createHmac("sha256", secret).update(`${key}\n${expires}`).digest();

  return {
    sign(key, expiresInSeconds) {
      const expires = String(Math.floor(clock.now() / 1_000) + expiresInSeconds);
      const signature = toSignature(key, expires).toString("hex");
      return `${baseUrl()}${linkPath}${key}?expires=${expires}&signature=${signature}`;
    },
    verify({ pathname, searchParams }) {
      const key = pathname.slice(pathname.indexOf(linkPath) + linkPath.length);
      const expires = searchParams.get("expires") ?? "";
      const given = Buffer.from(searchParams.get("signature") ?? "", "hex");
      const right = toSignature(key, expires);
      if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
      const secondsLeft = Number(expires) - Math.floor(clock.now() / 1_000);
      return secondsLeft > 0 ? { key, secondsLeft } : undefined;
    },
  };
}
