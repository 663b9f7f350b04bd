import {
  CreateSpeech,
  CreateTranscription,
  createSpeech,
  createTranscription,
} from "../../api/openai/audio.ts";
import type { TranscriptionResult } from "../../api/results.ts";
import { type Endpoint, toEndpoint } from "./create-openai-app.ts";
import { keepUpload } from "./keep-upload.ts";
import { type DoorDeps, runCall } from "./open-call.ts";
import { readCallHeaders } from "./read-call-headers.ts";
import { readResult, readSpeech } from "./read-result.ts";
import { harmlessFields, refuseFields } from "./refuse-fields.ts";
import { toAudioType } from "./to-audio-type.ts";
import { toTaskFields } from "./to-task-fields.ts";

/** `POST /audio/speech` and `/audio/transcriptions`. */
export function createAudioEndpoints(deps: DoorDeps): Endpoint[] {
  return [
    toEndpoint(createSpeech, async (call) => {
      const input = toSpeechInput(call.body);
      const submitted = { type: "speech" as const, input, ...toTaskFields(call.body), stream: false };
      const { task, headers } = await runCall(deps, call, submitted);
      const { content, contentType } = await readSpeech(deps, task);
      return new Response(content, { headers: { ...headers, "Content-Type": contentType } });
    }),
    toEndpoint(createTranscription, async (call) => {
      const { form, principal } = call;
      refuseFields(form, CreateTranscription.shape, { stream: ["false"], chunking_strategy: ["auto"] });
      const { file, language, prompt, temperature, response_format: format } = form;
      const content = new Uint8Array(await file.arrayBuffer());
      const contentType = toAudioType(file);
      const audio = readCallHeaders(call.request.headers).isStored
        ? await keepUpload(deps, principal, { content, contentType })
        : { data: Buffer.from(content).toString("base64"), contentType };
      const { task, headers } = await runCall(deps, call, {
        type: "transcription",
        input: {
          audio,
          ...(language !== undefined && { language }),
          ...(prompt !== undefined && { prompt }),
          ...(temperature !== undefined && { temperature }),
        },
        ...toTaskFields(form),
        stream: false,
      });
      return toTranscription(await readResult<"transcription">(deps, task), format, headers);
    }),
  ];
}

function toSpeechInput(body: CreateSpeech) {
  refuseFields(body, CreateSpeech.shape, { ...harmlessFields, stream_format: ["audio"] });
  const { input: text, voice, response_format: format = "mp3", speed, instructions } = body;
  return {
    text,
    voice: typeof voice === "string" ? voice : voice.id,
    format,
    ...(speed !== undefined && { speed }),
    ...(instructions !== undefined && { instructions }),
  };
}

function toTranscription(
  { text, language, durationSeconds }: TranscriptionResult,
  format: CreateTranscription["response_format"],
  headers: Record<string, string>,
): Response {
  if (format === "text") {
    const plain = { ...headers, "Content-Type": "text/plain; charset=utf-8" };
    return new Response(`${text}\n`, { headers: plain });
  }
  const facts = {
    task: "transcribe",
    ...(language !== undefined && { language }),
    ...(durationSeconds !== undefined && { duration: durationSeconds }),
  };
  return Response.json({ ...(format === "verbose_json" && facts), text }, { headers });
}
