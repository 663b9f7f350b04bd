import type { SpeechInput } from "../../api/inputs.ts";
import { noUsage, type ProviderAnswer, type ProviderCall } from "../provider.ts";
import { ProviderError } from "../provider-error.ts";
import { toCallFacts } from "./to-call-facts.ts";
import type { Vendor } from "./vendor.ts";

/** Opus comes in an Ogg container; pcm is 24 kHz, 16 bit, mono, little-endian, without a header. */
const contentTypes: Record<SpeechInput["format"], string> = {
  mp3: "audio/mpeg",
  opus: "audio/ogg",
  aac: "audio/aac",
  flac: "audio/flac",
  wav: "audio/wav",
  pcm: "audio/pcm",
};

/** One call. OpenAI counts no tokens for speech: what it read is told by its length. Throws `unknown` when what comes back cannot be audio. */
export async function speech(
  { client }: Vendor,
  { input, model, signal }: ProviderCall<"speech">,
): Promise<ProviderAnswer<"speech">> {
  const { voice, format, speed, instructions } = input;
  const { data, response } = await client.audio.speech
    .create({ model, input: input.text, voice, response_format: format, speed, instructions }, { signal })
    .withResponse();
  const content = new Uint8Array(await data.arrayBuffer());
  const isText = /^(text\/|application\/json)/.test(data.headers.get("content-type") ?? "");
  if (isText || content.length === 0) throw new ProviderError("unknown");
  return {
    result: { file: { content, contentType: contentTypes[format] } },
    usage: { ...noUsage, characters: [...input.text].length },
    ...toCallFacts(response),
  };
}
