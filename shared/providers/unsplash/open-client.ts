import type { UnsplashApi } from "unsplash-js";
import type { ProviderOptions } from "../provider.ts";

export type Client = UnsplashApi;

export type OpenClient = () => Promise<Client>;

export const loadSdk = () => import("unsplash-js");

/** The SDK is loaded when it is asked for, not before: a cold start does not pay for it. It reads no environment and retries nothing. */
export function createClient({ apiKey, baseUrl, fetch }: ProviderOptions): OpenClient {
  let client: Promise<Client> | undefined;
  const open = async () => {
    const { createApi } = await loadSdk();
    return createApi({
      accessKey: apiKey,
      baseUrl: baseUrl ?? "https://api.unsplash.com",
      headers: { "User-Agent": "Conea" },
      fetch: (request) => fetch(request),
    });
  };
  return () => {
    client ??= open();
    return client;
  };
}
