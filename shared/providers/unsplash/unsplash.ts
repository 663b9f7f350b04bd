import type { Provider, ProviderOptions } from "../provider.ts";
import { runCall } from "../run-call.ts";
import { toTransportError } from "../to-transport-error.ts";
import { imageSearch } from "./image-search.ts";
import { createClient } from "./open-client.ts";

/** An app at Unsplash, with its access key: image search. The links it gives name `appName`. */
export function createUnsplash(options: ProviderOptions): Provider {
  const openClient = createClient(options);
  const appName = options.appName ?? "conea";
  return {
    image_search: (call) =>
      runCall(call.signal, toTransportError, async () => imageSearch(await openClient(), appName, call)),
  };
}
