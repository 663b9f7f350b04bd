import type { Provider, ProviderCall } from "../../shared/providers/provider.ts";

const usage = { inputTokens: 3, cachedInputTokens: 4, outputTokens: 5 };

/** A provider whose call goes on only when the test says so. */
export function paced() {
  const calls: ProviderCall<"chat">[] = [];
  let end: (text: string) => void = () => {};
  const provider: Provider = {
    chat: (call) => {
      calls.push(call);
      return new Promise((resolve) => {
        end = (text) => resolve({ result: { text, finishReason: "stop" }, usage });
      });
    },
  };
  return { provider, calls, end: (text: string) => end(text) };
}
