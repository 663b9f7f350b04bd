import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";

/** As Standard Webhooks writes them: `whsec_`, `whsk_`, `whpk_`, each before base64. */
const secretPrefix = "whsec_";
const privatePrefix = "whsk_";
const publicPrefix = "whpk_";

/** What RFC 8410 puts before the 32 bytes of an Ed25519 key. */
const privateHead = Buffer.from("302e020100300506032b657004220420", "hex");
const publicHead = Buffer.from("302a300506032b6570032100", "hex");

/** What a signature is made with: a secret both sides know, or a key of which the receiver has the public half. */
export type SigningKey =
  | { kind: "hmac"; secret: Uint8Array }
  | { kind: "ed25519"; privateKey: KeyObject }
  | { kind: "ed25519-public"; publicKey: KeyObject };

/** A secret of 32 random bytes: `whsec_…`. */
export function newSigningSecret(): string {
  return `${secretPrefix}${randomBytes(32).toString("base64")}`;
}

/** An Ed25519 key, whose public half `toPublicKey` tells: `whsk_…`. */
export function newSigningPrivateKey(): string {
  const { privateKey } = generateKeyPairSync("ed25519");
  const { d = "", x = "" } = privateKey.export({ format: "jwk" });
  const bytes = Buffer.concat([Buffer.from(d, "base64url"), Buffer.from(x, "base64url")]);
  return `${privatePrefix}${bytes.toString("base64")}`;
}

/** The public half of a `whsk_…`, which a receiver may know: `whpk_…`. */
export function toPublicKey(privateKey: string): string {
  const key = parseSigningKey(privateKey);
  if (key.kind !== "ed25519") throw new TypeError("only a key that starts with whsk_ has a public half");
  const { x = "" } = createPublicKey(key.privateKey).export({ format: "jwk" });
  return `${publicPrefix}${Buffer.from(x, "base64url").toString("base64")}`;
}

/** Throws `TypeError`, which does not hold the key, for what is none: `whsec_` with 24–64 bytes, `whsk_` with 32 or 64, `whpk_` with 32. */
export function parseSigningKey(text: string): SigningKey {
  const prefix = [secretPrefix, privatePrefix, publicPrefix].find((known) => text.startsWith(known));
  const bytes = prefix && fromBase64(text.slice(prefix.length));
  const key = bytes && toKey(prefix, bytes);
  if (!key) throw new TypeError("a signing key starts with whsec_, whsk_ or whpk_, and base64 follows");
  return key;
}

function toKey(prefix: string, bytes: Buffer): SigningKey | undefined {
  const { length } = bytes;
  if (prefix === secretPrefix)
    return length >= 24 && length <= 64 ? { kind: "hmac", secret: bytes } : undefined;
  if (prefix === publicPrefix)
    return length === 32 ? { kind: "ed25519-public", publicKey: fromPublicBytes(bytes) } : undefined;
  // 64 bytes are the private half with the public one after it.
  return length === 32 || length === 64
    ? { kind: "ed25519", privateKey: fromPrivateBytes(bytes.subarray(0, 32)) }
    : undefined;
}

function fromPrivateBytes(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([privateHead, seed]), format: "der", type: "pkcs8" });
}

function fromPublicBytes(bytes: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([publicHead, bytes]), format: "der", type: "spki" });
}

/** Strict: Node's own decoder drops what does not belong. */
function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64").replace(/=+$/, "") === text.replace(/=+$/, "") ? bytes : undefined;
}
