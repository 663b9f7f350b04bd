import type { Provider, ProviderCall } from "../providers/provider.ts";
import { ProviderError } from "../providers/provider-error.ts";
import { aChat, openTestConea, type TestOptions } from "./conea.fixture.ts";

export const usage = { inputTokens: 3, cachedInputTokens: 0, outputTokens: 5 };
type ChatCall = ProviderCall<"chat">;
export type Say = (call: ChatCall) => Promise<string>;

/** A provider that does the first to its first call, and so on; the last for ever. What it was asked is kept. */
export function aProvider(...turns: Say[]) {
  const calls: ChatCall[] = [];
  const provider: Provider = {
    async chat(call) {
      calls.push(call);
      const turn = turns[Math.min(calls.length, turns.length) - 1];
      const text = (await turn?.(call)) ?? "";
      return { result: { text, finishReason: "stop" }, usage };
    },
  };
  return { provider, calls };
}

export const says =
  (text: string): Say =>
  async ({ onText }) => {
    onText?.(text);
    return text;
  };
export const fails =
  (...failure: ConstructorParameters<typeof ProviderError>): Say =>
  async () => {
    throw new ProviderError(...failure);
  };
export const cuts =
  (text: string): Say =>
  async ({ onText }) => {
    onText?.(text);
    throw new ProviderError("connection");
  };
export const isSilent: Say = () => new Promise<string>(() => undefined);
export const stalls =
  (text: string): Say =>
  ({ onText }) => {
    onText?.(text);
    return new Promise<string>(() => undefined);
  };

/** `m` at the first provider falls back to `n` at the second. */
export async function openTwo(first: Say[], second: Say[], options: TestOptions = {}) {
  const [one, two] = [aProvider(...first), aProvider(...second)];
  const test = await openTestConea({
    ...{ provider: one.provider, second: true, secondProvider: two.provider },
    ...options,
    model: { fallbacks: ["n"], ...options.model },
  });
  const run = async (request = aChat({ model: "m" }), ms = 120_000) => {
    const { task } = await test.submit(request);
    await test.clock.advance(ms);
    return test.read(task.id);
  };
  return { ...test, first: one.calls, second: two.calls, run };
}
