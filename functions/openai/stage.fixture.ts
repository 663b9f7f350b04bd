import type { Provider, ProviderAnswer, ProviderCall } from "../../shared/providers/provider.ts";

/** The events of a stream that has ended. */
export async function readEvents(response: Response): Promise<Record<string, unknown>[]> {
  const text = await response.text();
  return [...text.matchAll(/^data: (.+)$/gm)].map(([, data = ""]) => JSON.parse(data));
}

type Chat = (call: ProviderCall<"chat">) => Promise<ProviderAnswer<"chat">>;

/** A provider whose chats end as a test says, and what it was asked. */
export function createStage() {
  const calls: ProviderCall<"chat">[] = [];
  const stage: { chat: Chat } = { chat: async () => answer({ text: "Fine." }) };
  const provider: Provider = {
    chat: (call) => {
      calls.push(call);
      return stage.chat(call);
    },
  };
  return { provider, calls, stage };
}

export function answer(result: Partial<ProviderAnswer<"chat">["result"]>): ProviderAnswer<"chat"> {
  return {
    result: { text: "", finishReason: "stop", ...result },
    usage: { inputTokens: 3, cachedInputTokens: 2, outputTokens: 5 },
  };
}

/** Says the pieces while the caller listens, then ends as `end` does. */
export function saying(pieces: string[], end: () => Promise<ProviderAnswer<"chat">>): Chat {
  return async ({ onText }) => {
    for (const piece of pieces) onText?.(piece);
    return end();
  };
}

/** Ends only when it is aborted. */
export function hanging({ signal }: Pick<ProviderCall, "signal">): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
  });
}
