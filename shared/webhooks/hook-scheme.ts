import { createHmac, timingSafeEqual } from "node:crypto";

/** A hook as it came: nothing of the body decoded, since the signature is over its bytes. */
export type ReceivedHook = { headers: Headers; body: Uint8Array };

/**
 * What a sender's scheme makes of a hook. `challenge` is answered with its text and leaves nothing behind. A genuine one whose
 * sender gave it no id has no `deliveryId`.
 */
export type HookVerdict =
  | { kind: "genuine"; deliveryId?: string; topic?: string }
  | { kind: "challenge"; text: string }
  | { kind: "refused" };

/** Verifies by any of `secrets`, in constant time, and where the scheme has a time, that it is five minutes old at most. */
export type VerifyHook = (hook: ReceivedHook, secrets: string[], nowMs: number) => HookVerdict;

export const refused: HookVerdict = { kind: "refused" };

/** Whether `given` is the HMAC-SHA256 of `parts`, one after the other, under one of `secrets`. */
export function isHmac(
  given: Buffer | undefined,
  secrets: string[],
  ...parts: (string | Uint8Array)[]
): boolean {
  if (given?.length !== 32) return false;
  // Each is tried, so that the time tells nothing of which it was.
  return secrets.map((secret) => timingSafeEqual(given, hmac(secret, parts))).includes(true);
}

function hmac(secret: string, parts: (string | Uint8Array)[]): Buffer {
  const hash = createHmac("sha256", secret);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** 32 bytes from 64 hexadecimal digits after `prefix`; `undefined` for anything else. */
export function fromHex(text: string | null | undefined, prefix: string): Buffer | undefined {
  const digits = text?.startsWith(prefix) ? text.slice(prefix.length) : "";
  return /^[0-9a-f]{64}$/.test(digits) ? Buffer.from(digits, "hex") : undefined;
}

/** The body, where it is a JSON object. */
export function toObject(body: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** What a sender calls its delivery, and what that is about; only plain text of a sensible length. */
export function toGenuine(deliveryId: unknown, topic: unknown): HookVerdict {
  const isId = typeof deliveryId === "string" && /^[\x21-\x7e]{1,255}$/.test(deliveryId);
  const isTopic = typeof topic === "string" && /^[\x20-\x7e]{1,200}$/.test(topic);
  return { kind: "genuine", ...(isId && { deliveryId }), ...(isTopic && { topic }) };
}
