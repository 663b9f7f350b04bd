import { createHmac, createPublicKey, timingSafeEqual, verify } from "node:crypto";
import { toSignedContent } from "./sign-message.ts";
import { parseSigningKey, type SigningKey } from "./signing-keys.ts";

/** A message as it came: the headers of Standard Webhooks, and the body to the byte. */
export type ReceivedMessage = { headers: Headers; body: Uint8Array };

export type VerifiedMessage = { id: string; timestampSeconds: number };

/** How far the sender's clock and the way here may be off. */
export const toleranceSeconds = 300;
/** More signatures than this are not looked at. */
const mostSignatures = 16;

/** What was signed with one of `secrets`, not longer ago than five minutes; `undefined` for everything else. */
export function verifyMessage(
  { headers, body }: ReceivedMessage,
  secrets: string[],
  nowMs: number,
): VerifiedMessage | undefined {
  const id = headers.get("webhook-id");
  const timestamp = headers.get("webhook-timestamp") ?? "";
  const signatures = headers.get("webhook-signature")?.split(" ") ?? [];
  const timestampSeconds = Number(timestamp);
  if (!id || id.includes(".") || !isTimely(timestamp, nowMs)) return undefined;
  const content = toSignedContent({ id, timestampSeconds, body });
  const keys = secrets.map(parseSigningKey);
  const isSigned = signatures
    .slice(0, mostSignatures)
    .some((signature) => keys.some((key) => matches(key, signature, content)));
  return isSigned ? { id, timestampSeconds } : undefined;
}

/** Whether `timestamp` is whole seconds of the Unix epoch and within five minutes of now, before or after. */
export function isTimely(timestamp: string, nowMs: number): boolean {
  if (!/^[1-9]\d{0,11}$/.test(timestamp)) return false;
  return Math.abs(Math.floor(nowMs / 1_000) - Number(timestamp)) <= toleranceSeconds;
}

function matches(key: SigningKey, signature: string, content: Buffer): boolean {
  if (key.kind === "hmac") {
    const given = decode(signature, /^v1,([A-Za-z0-9+/]{43}=)$/);
    return (
      given !== undefined && timingSafeEqual(given, createHmac("sha256", key.secret).update(content).digest())
    );
  }
  const given = decode(signature, /^v1a,([A-Za-z0-9+/]{86}==)$/);
  const publicKey = key.kind === "ed25519" ? createPublicKey(key.privateKey) : key.publicKey;
  return given !== undefined && verify(undefined, content, publicKey, given);
}

function decode(signature: string, pattern: RegExp): Buffer | undefined {
  const text = pattern.exec(signature)?.[1];
  return text === undefined ? undefined : Buffer.from(text, "base64");
}
