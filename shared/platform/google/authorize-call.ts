import type { IdTokenClient } from "google-auth-library";
import { openOnce } from "./open-once.ts";

/**
 * The headers by which another function of ours knows that this process's service account calls it. `audience`: its address. The
 * token is asked for once and renewed before its hour is over.
 */
export function authorizeCalls(audience: string): () => Promise<Record<string, string>> {
  const client = openOnce(() => openClient(audience));
  return async () => {
    // Clear text is for stand-ins on this machine, which know no accounts.
    if (!audience.startsWith("https://")) return {};
    return Object.fromEntries(await (await client.get()).getRequestHeaders(audience));
  };
}

async function openClient(audience: string): Promise<IdTokenClient> {
  const { GoogleAuth } = await import("google-auth-library");
  return new GoogleAuth().getIdTokenClient(audience);
}
