import { z } from "zod";
import type { AudioSource } from "../../api/file.ts";
import type { Usage } from "../../api/task.ts";
import type { Answers, Bytes, ProviderAnswer, ProviderCall } from "../provider.ts";
import { readAnswer } from "../read-answer.ts";
import { type ReadBlob, readUpload } from "../read-upload.ts";
import { toCallFacts } from "./to-call-facts.ts";
import { toFilename } from "./to-filename.ts";
import { toUsage, VendorUsage } from "./to-usage.ts";
import type { Vendor } from "./vendor.ts";

const TranscriptionAnswer = z.object({
  text: z.string(),
  language: z.string().nullish(),
  languages: z
    .array(z.object({ code: z.string() }))
    .nullish()
    .catch(undefined),
  duration: z.number().nonnegative().nullish().catch(undefined),
  usage: VendorUsage,
});

/** One call with the audio in it. Length and language are given where the model tells them. */
export async function transcription(
  { client }: Vendor,
  { input, model, signal, readBlob }: ProviderCall<"transcription">,
): Promise<ProviderAnswer<"transcription">> {
  const { content, contentType } = await readAudio(input.audio, readBlob);
  const file = new File([content], toFilename(contentType), { type: contentType });
  const { prompt, temperature, language } = input;
  const params = { file, model, prompt, temperature, ...toLanguage(model, language) };
  const { data, response } = await client.audio.transcriptions
    .create({ ...params, response_format: "json" }, { signal })
    .withResponse();
  const answer = readAnswer(TranscriptionAnswer, data);
  return {
    result: toResult(answer),
    usage: toLength(answer),
    ...toCallFacts(response),
  };
}

/** The language alone: pt, not pt-BR. Since gpt-transcribe it is a list. */
function toLanguage(model: string, language: string | undefined) {
  const [code] = language?.split("-") ?? [];
  if (!code) return {};
  return model.startsWith("gpt-transcribe") ? { languages: [code] } : { language: code };
}

/** Servers that count nothing may still say how long it was. */
function toLength({ usage, duration }: z.infer<typeof TranscriptionAnswer>): Usage {
  return toUsage(usage ?? (duration ? { seconds: duration } : undefined));
}

function toResult(answer: z.infer<typeof TranscriptionAnswer>): Answers["transcription"] {
  const language = answer.language ?? answer.languages?.[0]?.code;
  const durationSeconds = answer.duration ?? answer.usage?.seconds ?? undefined;
  return {
    text: answer.text,
    ...(language && { language }),
    ...(durationSeconds !== undefined && { durationSeconds }),
  };
}

async function readAudio(audio: AudioSource, readBlob: ReadBlob): Promise<Bytes> {
  if ("blob" in audio) return readUpload(audio.blob, readBlob);
  return { content: new Uint8Array(Buffer.from(audio.data, "base64")), contentType: audio.contentType };
}
