import { z } from "zod";
import type { OpenAiOperation } from "./operation.ts";
import { commonFields, orNull } from "./sampling.ts";

const voice = z.string().min(1).max(64);

export const CreateSpeech = z.looseObject({
  ...commonFields,
  input: z.string().min(1).max(4_096),
  voice: z.union([voice, z.object({ id: voice })]),
  response_format: orNull(z.enum(["mp3", "opus", "aac", "flac", "wav", "pcm"])),
  speed: orNull(z.number().min(0.25).max(4)),
  instructions: orNull(z.string().max(4_096)),
});
export type CreateSpeech = z.infer<typeof CreateSpeech>;

export const createSpeech = {
  method: "POST",
  path: "/openai/v1/audio/speech",
  access: "write",
  body: CreateSpeech,
} as const satisfies OpenAiOperation;

const number = z
  .string()
  .regex(/^\d(\.\d{1,6})?$/, "must be a number from 0 to 1")
  .transform(Number)
  .pipe(z.number().min(0).max(1));

/** The fields of a form: each is a text, but for the file. */
export const CreateTranscription = z.looseObject({
  file: z.file("must be a file").min(1, "must not be empty"),
  model: z.string().min(1).max(200),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, "must be a language code such as en or pt-BR")
    .optional(),
  prompt: z.string().max(4_096).optional(),
  response_format: z
    .enum(
      ["json", "text", "verbose_json"],
      "must be json, text or verbose_json; times of words are not known",
    )
    .default("json"),
  temperature: number.optional(),
});
export type CreateTranscription = z.infer<typeof CreateTranscription>;

export const createTranscription = {
  method: "POST",
  path: "/openai/v1/audio/transcriptions",
  access: "write",
  form: CreateTranscription,
} as const satisfies OpenAiOperation;
