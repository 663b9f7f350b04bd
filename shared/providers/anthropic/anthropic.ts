import type { Provider, ProviderOptions } from "../provider.ts";
import { runCall } from "../run-call.ts";
import { chat } from "./chat.ts";
import { createClient } from "./open-client.ts";
import { toProviderError } from "./to-provider-error.ts";

/** An account at Anthropic or, with `baseUrl`, at any server that speaks its Messages API: chat. */
export function createAnthropic(options: ProviderOptions): Provider {
  const openClient = createClient(options);
  return {
    chat: (call) => runCall(call.signal, toProviderError, async () => chat(await openClient(), call)),
  };
}
