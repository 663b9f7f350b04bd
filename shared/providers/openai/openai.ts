import type { TaskType } from "../../api/task-type.ts";
import type { Provider, ProviderAnswer, ProviderCall, ProviderOptions } from "../provider.ts";
import { runCall } from "../run-call.ts";
import { chat } from "./chat.ts";
import { completion } from "./completion.ts";
import { embedding } from "./embedding.ts";
import { imageGeneration } from "./image-generation.ts";
import { createVendor } from "./open-client.ts";
import { speech } from "./speech.ts";
import { toProviderError } from "./to-provider-error.ts";
import { transcription } from "./transcription.ts";
import type { Vendor } from "./vendor.ts";

type Serve<T extends TaskType> = (vendor: Vendor, call: ProviderCall<T>) => Promise<ProviderAnswer<T>>;

/**
 * An account at OpenAI or, with `baseUrl`, at any server that speaks its protocol: chat through Chat Completions, legacy
 * completions, embeddings, images, speech and transcription.
 */
export function createOpenAi(options: ProviderOptions): Provider {
  const openVendor = createVendor(options);
  const guard =
    <T extends TaskType>(serve: Serve<T>) =>
    (call: ProviderCall<T>) =>
      runCall(call.signal, toProviderError, async () => await serve(await openVendor(), call));
  return {
    chat: guard(chat),
    completion: guard(completion),
    embedding: guard(embedding),
    image_generation: guard(imageGeneration),
    speech: guard(speech),
    transcription: guard(transcription),
  };
}
