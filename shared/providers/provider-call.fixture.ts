import { expect } from "vitest";
import type { TaskType } from "../api/task-type.ts";
import type { Provider, ProviderAnswer, ProviderCall } from "./provider.ts";
import { ProviderError, type ProviderErrorKind } from "./provider-error.ts";
import type { ScriptedVendor } from "./scripted-vendor.fixture.ts";
import type { CallWire, WireChat } from "./vendor-wire.fixture.ts";

/** Texts that no error may repeat. */
export const planted = {
  apiKey: "sk-planted-key-0123456789",
  prompt: "planted prompt, not for other eyes",
  vendorText: "planted vendor text",
  environment: "planted-by-the-environment",
};

/** What a careless vendor might answer with. */
export const indiscreet = `${planted.vendorText}: ${planted.prompt} (${planted.apiKey})`;

/** The provider under test and the vendor it calls. */
export type Served = () => { vendor: ScriptedVendor; provider: Provider };

/** One call that a served type answers well, for promises that hold for every type. */
export type Sample<T extends TaskType = TaskType> = { type: T } & CallWire<T>;

export const plainChat: WireChat = {
  pieces: ["Grüße", " aus ", "東京 🗼"],
  finishReason: "stop",
  usage: { inputTokens: 12, cachedInputTokens: 30, outputTokens: 3, reasoningTokens: 4 },
  requestId: "req_contract_1",
};

/** Calls one task type of a provider, as the product would. */
export function callProvider<T extends TaskType>(
  provider: Provider,
  type: T,
  call: Pick<ProviderCall<T>, "input" | "model"> & Partial<ProviderCall<T>>,
): Promise<ProviderAnswer<T>> {
  const serve = provider[type];
  if (!serve) throw new Error(`the provider does not serve ${type}`);
  const { input, model, onText, onProgress, onUsage } = call;
  return serve({
    input,
    model,
    signal: call.signal ?? new AbortController().signal,
    readBlob: call.readBlob ?? (() => Promise.reject(new Error("no upload in this test"))),
    ...(onText && { onText }),
    ...(onProgress && { onProgress }),
    ...(onUsage && { onUsage }),
  });
}

const retryable: Record<ProviderErrorKind, boolean> = {
  rate_limited: true,
  overloaded: true,
  timeout: true,
  connection: true,
  unknown: true,
  invalid_request: false,
  context_too_long: false,
  content_refused: false,
  authentication: false,
  model_not_found: false,
};

/** Waits for a call to fail and checks what holds for every failure: its class, its discretion. */
export async function failureOf(outcome: Promise<unknown>): Promise<ProviderError> {
  const thrown: unknown = await outcome.then(
    () => expect.fail("the call succeeded"),
    (error: unknown) => error,
  );
  if (!(thrown instanceof ProviderError)) throw thrown;
  for (const secret of Object.values(planted)) {
    expect(thrown.message).not.toContain(secret);
    expect(thrown.stack).not.toContain(secret);
  }
  expect(thrown.retryable).toBe(retryable[thrown.kind]);
  return thrown;
}
