import type { GoogleAuth } from "google-auth-library";
import { openOnce } from "./open-once.ts";

/** Cloud Trace's own collector. */
export const cloudTraceEndpoint = "https://telemetry.googleapis.com/v1/traces";

/**
 * The headers by which Google knows whose spans they are: those of this process's service account. Only for Google itself,
 * so that no token reaches another collector.
 */
export function authorizeExport(endpoint: string): (() => Promise<Record<string, string>>) | undefined {
  const { protocol, hostname } = new URL(endpoint);
  if (protocol !== "https:" || !hostname.endsWith(".googleapis.com")) return undefined;
  const auth = openOnce(openAuth);
  return async () => {
    return Object.fromEntries(await (await auth.get()).getRequestHeaders(endpoint));
  };
}

async function openAuth(): Promise<GoogleAuth> {
  const { GoogleAuth } = await import("google-auth-library");
  return new GoogleAuth({ scopes: "https://www.googleapis.com/auth/trace.append" });
}
