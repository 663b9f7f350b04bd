import type { ChatInput } from "../../api/chat.ts";
import type { Sampling } from "../../api/openai/sampling.ts";

type Sampled = Pick<ChatInput, "temperature" | "topP" | "maxOutputTokens" | "stop" | "seed">;

/** What is set of the sampling, in Conea's names. */
export function toSampling({
  temperature,
  top_p: topP,
  max_tokens: maxOutputTokens,
  stop,
  seed,
}: Partial<Sampling>): Sampled {
  const stops = typeof stop === "string" ? [stop] : (stop ?? []);
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(stops.length > 0 && { stop: stops }),
    ...(seed !== undefined && { seed }),
  };
}
