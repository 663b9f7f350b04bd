import type { OpenAI } from "openai";
import { z } from "zod";
import type { ProviderAnswer, ProviderCall, StreamListener } from "../provider.ts";
import { ProviderError } from "../provider-error.ts";
import { readAnswer } from "../read-answer.ts";
import { readEvents } from "../read-events.ts";
import { toCallFacts } from "./to-call-facts.ts";
import { toEventValue } from "./to-event-value.ts";
import { toFinishReason } from "./to-finish-reason.ts";
import { toUsage, VendorUsage } from "./to-usage.ts";
import type { Vendor } from "./vendor.ts";

const Choice = z.object({ text: z.string().nullish(), finish_reason: z.string().nullish() });
const CompletionAnswer = z.object({ choices: z.array(Choice).min(1), usage: VendorUsage });
const CompletionChunk = z.object({ choices: z.array(Choice).nullish(), usage: VendorUsage });

type Call = ProviderCall<"completion">;
type Answer = ProviderAnswer<"completion">;
type Params = Omit<OpenAI.CompletionCreateParamsNonStreaming, "stream">;
type Streamed = OpenAI.CompletionCreateParamsStreaming;

const path = "/completions";

/** One call of the legacy completions, streamed when the caller wants text as it is written. */
export function completion(vendor: Vendor, call: Call): Promise<Answer> {
  const params = toParams(call);
  const { onText } = call;
  return onText ? stream(vendor, { ...call, onText }, params) : ask(vendor, call, params);
}

async function ask({ post }: Vendor, { signal }: Call, params: Params): Promise<Answer> {
  const response = await post(path, params, signal);
  const { choices, usage } = readAnswer(CompletionAnswer, await response.json());
  const result = {
    text: choices[0]?.text ?? "",
    finishReason: toFinishReason(choices[0]?.finish_reason),
  };
  return { result, usage: toUsage(usage), ...toCallFacts(response) };
}

async function stream({ post }: Vendor, listener: StreamListener, params: Params): Promise<Answer> {
  const streamed: Streamed = { ...params, stream: true, stream_options: { include_usage: true } };
  const response = await post(path, streamed, listener.signal);
  const { text, reason, usage } = await readStream(readEvents(response, toEventValue), listener);
  const result = { text, finishReason: toFinishReason(reason) };
  return { result, usage: toUsage(usage), ...toCallFacts(response) };
}

type Written = { text: string; reason: string | null | undefined; usage: VendorUsage };

/** Complete with its finish reason, as a chat's stream is. */
async function readStream(
  pieces: AsyncIterable<unknown[]>,
  { signal, onText, onProgress, onUsage }: StreamListener,
): Promise<Written> {
  const written: Written = { text: "", reason: undefined, usage: undefined };
  try {
    for await (const chunks of pieces) {
      for (const chunk of chunks) {
        signal.throwIfAborted();
        onProgress?.();
        const read = readAnswer(CompletionChunk, chunk);
        const piece = addChunk(written, read);
        if (piece) onText(piece);
        if (read.usage) onUsage?.(toUsage(read.usage));
      }
    }
  } catch (thrown) {
    if (!written.reason) throw thrown;
  }
  if (!written.reason) throw new ProviderError("connection");
  return written;
}

/** Adds a chunk to what was written before and returns its text. */
function addChunk(written: Written, { choices, usage }: z.infer<typeof CompletionChunk>): string {
  const piece = choices?.[0]?.text ?? "";
  written.text += piece;
  written.reason = choices?.[0]?.finish_reason ?? written.reason;
  written.usage = usage ?? written.usage;
  return piece;
}

function toParams({ input, model }: Call): Params {
  return {
    model,
    prompt: input.prompt,
    suffix: input.suffix,
    temperature: input.temperature,
    top_p: input.topP,
    max_tokens: input.maxOutputTokens,
    stop: input.stop,
    seed: input.seed,
  };
}
