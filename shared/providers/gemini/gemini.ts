import type { TaskType } from "../../api/task-type.ts";
import type { Provider, ProviderAnswer, ProviderCall, ProviderOptions } from "../provider.ts";
import { runCall } from "../run-call.ts";
import { chat } from "./chat.ts";
import { embedding } from "./embedding.ts";
import { createClient } from "./open-client.ts";
import { toProviderError } from "./to-provider-error.ts";
import type { Vendor } from "./vendor.ts";
import { watchFetch } from "./watch-fetch.ts";

type Serve<T extends TaskType> = (vendor: Vendor, call: ProviderCall<T>) => Promise<ProviderAnswer<T>>;

/** An account at the Gemini API, with its key: chat and embeddings. */
export function createGemini(options: ProviderOptions): Provider {
  const openClient = createClient(options);
  const guard =
    <T extends TaskType>(serve: Serve<T>) =>
    (call: ProviderCall<T>) => {
      const { fetch, seen } = watchFetch(options.fetch);
      return runCall(
        call.signal,
        (thrown) => toProviderError(thrown, seen()),
        async () => serve({ client: await openClient(), fetch }, call),
      );
    };
  return { chat: guard(chat), embedding: guard(embedding) };
}
