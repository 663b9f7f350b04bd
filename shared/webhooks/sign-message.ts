import { createHmac, sign } from "node:crypto";
import { parseSigningKey, type SigningKey } from "./signing-keys.ts";

/** What is sent: the same id at each attempt, the time of this attempt, and the body to the byte. */
export type Message = { id: string; timestampSeconds: number; body: string | Uint8Array };

export type SignatureHeaders = {
  "webhook-id": string;
  "webhook-timestamp": string;
  "webhook-signature": string;
};

const idPattern = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * The headers of Standard Webhooks: one signature for each of `secrets` (`whsec_…` or `whsk_…`), in their order, so that a receiver
 * that knows any of them verifies. https://github.com/standard-webhooks/standard-webhooks
 */
export function signMessage(message: Message, secrets: string[]): SignatureHeaders {
  if (secrets.length === 0) throw new TypeError("a message is signed with one secret at least");
  // A full stop in the id could move the border between id and timestamp.
  if (!idPattern.test(message.id)) throw new TypeError("the id of a message is not a plain word");
  const content = toSignedContent(message);
  return {
    "webhook-id": message.id,
    "webhook-timestamp": String(message.timestampSeconds),
    "webhook-signature": secrets.map((secret) => toSignature(parseSigningKey(secret), content)).join(" "),
  };
}

/** `id.timestamp.body` */
export function toSignedContent({ id, timestampSeconds, body }: Message): Buffer {
  return Buffer.concat([Buffer.from(`${id}.${timestampSeconds}.`), Buffer.from(body)]);
}

function toSignature(key: SigningKey, content: Buffer): string {
  if (key.kind === "hmac") return `v1,${createHmac("sha256", key.secret).update(content).digest("base64")}`;
  if (key.kind === "ed25519") return `v1a,${sign(undefined, content, key.privateKey).toString("base64")}`;
  throw new TypeError("a public key signs nothing");
}
