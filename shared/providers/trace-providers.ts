import type { TaskType } from "../api/task-type.ts";
import { readTokens, writtenTokens } from "../api/usage.ts";
import type { ConeaConfig, ProviderKind } from "../config/conea-config.ts";
import type { Attributes, OpenSpan } from "../core/span.ts";
import { inSpan } from "../core/trace.ts";
import type { Provider, ProviderAnswer, ProviderCall, ProviderDirectory } from "./provider.ts";
import { ProviderError } from "./provider-error.ts";

/** `gen_ai.provider.name`, as OpenTelemetry's conventions write it where they do. */
const providerNames: Record<ProviderKind, string> = {
  openai: "openai",
  anthropic: "anthropic",
  gemini: "gcp.gemini",
  unsplash: "unsplash",
};
/** `gen_ai.operation.name`, likewise. */
const operations: Partial<Record<TaskType, string>> = {
  completion: "text_completion",
  embedding: "embeddings",
};

type Method = (call: ProviderCall) => Promise<ProviderAnswer>;

/** The providers, with a span around each call: which model, how many tokens, how it ended; never what was said. */
export function traceProviders(directory: ProviderDirectory, { providers }: ConeaConfig): ProviderDirectory {
  return {
    async open(id) {
      const opened = await directory.open(id);
      const kind = providers[id]?.kind;
      const known = { "conea.provider": id, ...(kind && { "gen_ai.provider.name": providerNames[kind] }) };
      return { ...opened, provider: traceProvider(opened.provider, known) };
    },
  };
}

function traceProvider(provider: Provider, known: Attributes): Provider {
  const methods = Object.entries(provider) as [TaskType, Method][];
  return Object.fromEntries(methods.map(([type, method]) => [type, traceCall(type, method, known)]));
}

function traceCall(type: TaskType, method: Method, known: Attributes): Method {
  const operation = operations[type] ?? type;
  return (call) => {
    const name = call.model ? `${operation} ${call.model}` : operation;
    const attributes = {
      ...known,
      "gen_ai.operation.name": operation,
      ...(call.model && { "gen_ai.request.model": call.model }),
      ...(call.onText && { "gen_ai.request.stream": true }),
    };
    return inSpan({ name, kind: "client", attributes }, (span) => watch(method(call), span));
  };
}

async function watch(call: Promise<ProviderAnswer>, span: OpenSpan): Promise<ProviderAnswer> {
  try {
    const answer = await call;
    span.set(toAnswerAttributes(answer));
    return answer;
  } catch (error) {
    if (error instanceof ProviderError) span.fail(error.kind);
    throw error;
  }
}

function toAnswerAttributes({ result, usage, requestId }: ProviderAnswer): Attributes {
  const finished = "finishReason" in result ? result.finishReason : undefined;
  return {
    // The conventions count what came from the cache among what was read.
    "gen_ai.usage.input_tokens": readTokens(usage),
    "gen_ai.usage.cache_read.input_tokens": usage.cachedInputTokens,
    "gen_ai.usage.output_tokens": writtenTokens(usage),
    ...(requestId && { "gen_ai.response.id": requestId }),
    ...(finished && { "gen_ai.response.finish_reasons": [finished] }),
  };
}
