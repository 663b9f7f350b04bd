import type { GoogleGenAI } from "@google/genai";
import type { ProviderOptions } from "../provider.ts";

export type Client = GoogleGenAI["models"];

export type OpenClient = () => Promise<Client>;

export const loadSdk = () => import("@google/genai");

/**
 * The SDK is loaded when it is asked for, not before: a cold start does not pay for it. Every option that the SDK would
 * otherwise read from the environment is set. It retries nothing unless it is told to.
 */
export function createClient({ apiKey, baseUrl, fetch }: ProviderOptions): OpenClient {
  let client: Promise<Client> | undefined;
  const open = async () => {
    const { GoogleGenAI } = await loadSdk();
    const httpOptions = {
      baseUrl: baseUrl ?? "https://generativelanguage.googleapis.com",
      headers: { "User-Agent": "Conea" },
      fetch,
    };
    return new GoogleGenAI({ apiKey, apiVersion: "v1beta", enterprise: false, httpOptions }).models;
  };
  return () => {
    client ??= open();
    return client;
  };
}
