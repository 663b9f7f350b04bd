import type Anthropic from "@anthropic-ai/sdk";
import { keepHeaders } from "../keep-headers.ts";
import type { ProviderOptions } from "../provider.ts";
import type { VendorParams } from "./to-params.ts";
import type { AdaptSchema } from "./to-response-format.ts";

export type Client = { messages: Anthropic["messages"]; adaptSchema: AdaptSchema };

export type OpenClient = () => Promise<Client>;

export const loadSdk = () =>
  Promise.all([import("@anthropic-ai/sdk"), import("@anthropic-ai/sdk/lib/transform-json-schema")]);

/** The longest delay a timer can hold, 24 days: the call's signal decides how long it may take. */
const noTimeoutMs = 2 ** 31 - 1;

const ownHeaders =
  /^(accept|anthropic-version|authorization|content-type|user-agent|x-api-key|x-stainless-.*)$/;

/**
 * The SDK is loaded when it is asked for, not before: a cold start does not pay for it. Every option that the SDK would
 * otherwise read from the environment is set.
 */
export function createClient({ apiKey, baseUrl, fetch }: ProviderOptions): OpenClient {
  let client: Promise<Client> | undefined;
  const open = async () => {
    const [{ Anthropic }, { transformJSONSchema }] = await loadSdk();
    const { messages } = new Anthropic({
      apiKey,
      authToken: null,
      webhookKey: null,
      baseURL: baseUrl ?? "https://api.anthropic.com",
      defaultHeaders: {
        Authorization: `Bearer ${apiKey}`,
        "User-Agent": "Conea",
        // Where other servers that speak the protocol look for the key.
        "X-Api-Key": baseUrl === undefined ? null : apiKey,
      },
      fetch: keepHeaders(fetch, ownHeaders),
      logLevel: "off",
      maxRetries: 0,
      openTelemetry: false,
      timeout: noTimeoutMs,
    });
    return { messages, adaptSchema: transformJSONSchema };
  };
  return () => {
    client ??= open();
    return client;
  };
}

/** The version of the API a request is written for: `temperature` and `top_p` exist up to the older one alone. */
export function toHeaders(params: VendorParams): Record<string, string> {
  const hasSampling = params.temperature !== undefined || params.top_p !== undefined;
  return { "anthropic-version": hasSampling ? "2023-06-01" : "2026-10-21" };
}
