import type { Platform } from "../platform/platform.ts";
import { createEndpointBook, type EndpointBook } from "./create-endpoint-book.ts";
import { createSafeFetch, type SafeFetch } from "./create-safe-fetch.ts";
import { rememberOpened } from "./remember-opened.ts";
import { createResolveHost } from "./resolve-host.ts";
import { createSecretSeal, type SecretSeal } from "./seal-secrets.ts";

/** What everything that has to do with webhooks shares in one process. */
export type Webhooks = { book: EndpointBook; seal: SecretSeal; safeFetch: SafeFetch };

/** `allowLoopbackHttp`: receivers on this machine are fine, which they are in local mode only. */
export function createWebhooks(
  platform: Pick<Platform, "documents" | "secrets" | "clock">,
  { allowLoopbackHttp }: { allowLoopbackHttp: boolean },
): Webhooks {
  return {
    book: createEndpointBook(platform),
    seal: rememberOpened(createSecretSeal(platform)),
    safeFetch: createSafeFetch({ resolve: createResolveHost(), clock: platform.clock, allowLoopbackHttp }),
  };
}
