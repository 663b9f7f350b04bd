import type { SignatureKind } from "../api/webhooks.ts";
import { toTime } from "../core/clock.ts";
import type { Platform } from "../platform/platform.ts";
import type { StoredSecret } from "./endpoint-document.ts";
import type { SecretOwner, SecretSeal } from "./seal-secrets.ts";
import { newSigningPrivateKey, newSigningSecret, toPublicKey } from "./signing-keys.ts";

/** A new secret: as it is stored, and as its owner is shown it once. Of Ed25519 they are shown the public key. */
export async function makeSecret(
  { seal, clock, ids }: Pick<Platform, "clock" | "ids"> & { seal: SecretSeal },
  owner: SecretOwner,
  kind: SignatureKind,
): Promise<{ stored: StoredSecret; shown: string }> {
  const secret = kind === "ed25519" ? newSigningPrivateKey() : newSigningSecret();
  const publicKey = kind === "ed25519" ? toPublicKey(secret) : undefined;
  const stored = {
    id: ids.newId("secret"),
    sealed: await seal.seal(owner, secret),
    createdAt: toTime(clock.now()),
    ...(publicKey && { publicKey }),
  };
  return { stored, shown: publicKey ?? secret };
}

/** The secrets that go on signing beside a new one for `overlapMs`, none longer than it would have. */
export function toOverlapping(secrets: StoredSecret[], now: number, overlapMs: number): StoredSecret[] {
  const until = toTime(now + overlapMs);
  return secrets
    .map((secret) => ({ ...secret, validUntil: [secret.validUntil ?? until, until].toSorted()[0] ?? until }))
    .filter(({ validUntil }) => validUntil > toTime(now));
}
