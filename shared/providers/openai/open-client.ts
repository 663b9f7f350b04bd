import { createPost } from "../create-post.ts";
import { keepHeaders } from "../keep-headers.ts";
import type { ProviderOptions } from "../provider.ts";
import { toSdkError } from "./to-sdk-error.ts";
import type { Vendor } from "./vendor.ts";

export type OpenVendor = () => Promise<Vendor>;

export const loadSdk = () => import("openai");

/** The longest delay a timer can hold, 24 days: the call's signal decides how long it may take. */
const noTimeoutMs = 2 ** 31 - 1;

const ownHeaders = /^(accept|authorization|content-type|user-agent|x-stainless-.*)$/;

/**
 * The SDK is loaded when it is asked for, not before: a cold start does not pay for it. Every option that the SDK would
 * otherwise read from the environment is set.
 */
export function createVendor({ apiKey, baseUrl, fetch }: ProviderOptions): OpenVendor {
  let vendor: Promise<Vendor> | undefined;
  const open = async () => {
    const { OpenAI, APIError } = await loadSdk();
    const client = new OpenAI({
      apiKey,
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      baseURL: baseUrl ?? "https://api.openai.com/v1",
      defaultHeaders: { Authorization: `Bearer ${apiKey}`, "User-Agent": "Conea" },
      fetch: keepHeaders(fetch, ownHeaders),
      logLevel: "off",
      maxRetries: 0,
      timeout: noTimeoutMs,
    });
    const post = createPost({ client, toError: toSdkError(APIError), names: ownHeaders, fetch });
    return { client, post, isCompatible: baseUrl !== undefined };
  };
  return () => {
    vendor ??= open();
    return vendor;
  };
}
