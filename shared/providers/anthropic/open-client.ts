import { createPost } from "../create-post.ts";
import type { ProviderOptions } from "../provider.ts";
import type { ToEventValue } from "../read-events.ts";
import { toEventValue } from "./to-event-value.ts";
import type { VendorParams } from "./to-params.ts";
import type { AdaptSchema } from "./to-response-format.ts";

export type Client = {
  /** Sends a request in the version of the API that it is written for. */
  post: (params: VendorParams & { stream: boolean }, signal: AbortSignal) => Promise<Response>;
  toEventValue: ToEventValue;
  adaptSchema: AdaptSchema;
};

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
  let opened: Promise<Client> | undefined;
  const open = async (): Promise<Client> => {
    const [{ Anthropic, APIError }, { transformJSONSchema }] = await loadSdk();
    const client = new Anthropic({
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
      fetch,
      logLevel: "off",
      maxRetries: 0,
      openTelemetry: false,
      timeout: noTimeoutMs,
    });
    const postIn = (version: Version) =>
      createPost({
        client,
        toError: (status, body, headers) => APIError.generate(status, Object(body), undefined, headers),
        headers: { "anthropic-version": version },
        names: ownHeaders,
        fetch,
      });
    const posts = { "2023-06-01": postIn("2023-06-01"), "2026-10-21": postIn("2026-10-21") };
    return {
      post: (params, signal) => posts[toVersion(params)]("/v1/messages", params, signal),
      toEventValue: toEventValue(APIError),
      adaptSchema: transformJSONSchema,
    };
  };
  return () => {
    opened ??= open();
    return opened;
  };
}

type Version = "2023-06-01" | "2026-10-21";

/** The version of the API a request is written for: `temperature` and `top_p` exist up to the older one alone. */
export function toVersion({ temperature, top_p }: VendorParams): Version {
  return temperature !== undefined || top_p !== undefined ? "2023-06-01" : "2026-10-21";
}
