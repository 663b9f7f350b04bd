import type { FinishReason, ToolCall } from "../api/chat.ts";
import type { TaskInput } from "../api/inputs.ts";
import type {
  CompletionResult,
  EmbeddingResult,
  ImageSearchResult,
  TranscriptionResult,
} from "../api/results.ts";
import type { Usage } from "../api/task.ts";
import type { TaskType } from "../api/task-type.ts";

export type Bytes = { content: Uint8Array<ArrayBuffer>; contentType: string };

/** What each task type gives back, before binary content is put away as files. */
export type Answers = {
  chat: { text: string; finishReason: FinishReason; toolCalls?: ToolCall[]; refusal?: string };
  completion: CompletionResult;
  embedding: EmbeddingResult;
  image_search: ImageSearchResult;
  image_generation: { images: { file: Bytes; revisedPrompt?: string }[] };
  speech: { file: Bytes };
  transcription: TranscriptionResult;
};

export type ProviderCall<T extends TaskType = TaskType> = {
  input: TaskInput<T>;
  /** The vendor's own name of the model. Empty for vendors without models. */
  model: string;
  /** Aborts the call; the call then rejects, with whatever error, promptly. */
  signal: AbortSignal;
  /** Set when the caller wants text as it is written. Never called after the call has settled. */
  onText?: (text: string) => void;
  /** Called for every sign of life of a streamed call, text or not. Never called after the call has settled. */
  onProgress?: () => void;
  /** Called when the vendor says what the call has used so far, each time with all of it: the last holds if the call fails. */
  onUsage?: (usage: Usage) => void;
  /** Reads an upload of the task's owner. Throws when there is none. */
  readBlob: (blobId: string) => Promise<Bytes>;
};

/** Who hears of a streamed call while it runs. */
export type StreamListener = Pick<ProviderCall, "signal" | "onProgress" | "onUsage"> & {
  onText: (text: string) => void;
};

export type ProviderAnswer<T extends TaskType = TaskType> = {
  result: Answers[T];
  usage: Usage;
  /** The vendor's id of the call. */
  requestId?: string;
  rateLimits?: RateLimits;
};

/** What the vendor's headers say of its own limits on the account: what is left, and when that is renewed. */
export type RateLimits = {
  requestsLeft?: number;
  requestsResetMs?: number;
  tokensLeft?: number;
  tokensResetMs?: number;
};

/**
 * One configured account at a vendor. A task type it does not serve is absent. Each method makes exactly one call (none
 * of the SDK's retries), rejects with `ProviderError` and nothing else, and with `onText` passes every piece of the
 * final text, in order, exactly once: their concatenation is `result.text`.
 */
export type Provider = {
  [T in TaskType]?: (call: ProviderCall<T>) => Promise<ProviderAnswer<T>>;
};

export type ProviderOptions = {
  apiKey: string;
  /** Overrides the vendor's address: an OpenAI-compatible server, or a rehearsal. */
  baseUrl?: string;
  fetch: typeof globalThis.fetch;
  /** Names the app to vendors that ask for it (Unsplash). */
  appName?: string;
};

export const noUsage: Usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };

/** A provider as the configuration names it, ready to be called. */
export type OpenProvider = {
  provider: Provider;
  /** It is rehearsed on this machine; no vendor is called. */
  simulated: boolean;
};

/** Finds the provider of an id. Rejects with `ProviderError` when its key is missing. */
export type ProviderDirectory = { open(providerId: string): Promise<OpenProvider> };
