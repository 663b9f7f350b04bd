import { LRUCache } from "lru-cache";
import type { SecretSeal } from "./seal-secrets.ts";

const mostRemembered = 1_000;

/**
 * A seal that opens each text once: what is sealed never changes, and asking for the key's version at each shift would cost a call.
 * What was opened for one owner opens for no other.
 */
export function rememberOpened(seal: SecretSeal): SecretSeal {
  const opened = new LRUCache<string, Promise<string>>({ max: mostRemembered });
  return {
    ...seal,
    open(owner, sealed) {
      const key = JSON.stringify([owner.tenant, owner.endpointId, sealed]);
      const known = opened.get(key);
      if (known) return known;
      const opening = seal.open(owner, sealed);
      opened.set(key, opening);
      opening.catch(() => opened.delete(key));
      return opening;
    },
  };
}
