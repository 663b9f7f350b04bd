import { z } from "zod";
import { ChatInput, sampling } from "./chat.ts";
import { AudioSource } from "./file.ts";
import type { TaskType } from "./task-type.ts";

export const CompletionInput = z
  .strictObject({ prompt: z.string().min(1), suffix: z.string().optional(), ...sampling })
  .meta({ id: "CompletionInput" });
export type CompletionInput = z.infer<typeof CompletionInput>;

export const EmbeddingInput = z
  .strictObject({
    input: z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(2_048)]),
    dimensions: z.int().min(1).max(8_192).optional(),
  })
  .meta({ id: "EmbeddingInput" });
export type EmbeddingInput = z.infer<typeof EmbeddingInput>;

export const ImageSearchInput = z
  .union([
    z.strictObject({
      query: z.string().min(1).max(200),
      count: z.int().min(1).max(30).default(10),
      page: z.int().min(1).max(1_000).default(1),
      orientation: z.enum(["landscape", "portrait", "squarish"]).optional(),
      orderBy: z.enum(["relevant", "latest"]).optional(),
      contentFilter: z.enum(["low", "high"]).optional(),
      color: z
        .enum([
          "black_and_white",
          "black",
          "white",
          "yellow",
          "orange",
          "red",
          "purple",
          "magenta",
          "green",
          "teal",
          "blue",
        ])
        .optional(),
    }),
    z.strictObject({
      trackDownload: z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,40}$/, "must be the id of an image from an earlier search"),
    }),
  ])
  .meta({
    id: "ImageSearchInput",
    description:
      "`{query}` searches. `{trackDownload}` with an image's id reports that your user has used the image, which the Unsplash API terms require.",
  });
export type ImageSearchInput = z.infer<typeof ImageSearchInput>;

export const ImageGenerationInput = z
  .strictObject({
    prompt: z.string().min(1).max(32_000),
    count: z.int().min(1).max(10).default(1),
    size: z
      .string()
      .regex(/^(auto|\d{2,4}x\d{2,4})$/, "must be auto or width x height, such as 1024x1024")
      .optional(),
    quality: z.enum(["auto", "low", "medium", "high"]).optional(),
    background: z.enum(["auto", "transparent", "opaque"]).optional(),
    format: z.enum(["png", "jpeg", "webp"]).optional(),
  })
  .meta({ id: "ImageGenerationInput" });
export type ImageGenerationInput = z.infer<typeof ImageGenerationInput>;

export const SpeechInput = z
  .strictObject({
    text: z.string().min(1).max(4_096),
    voice: z.string().min(1).max(64),
    format: z.enum(["mp3", "opus", "aac", "flac", "wav", "pcm"]).default("mp3"),
    speed: z.number().min(0.25).max(4).optional(),
    instructions: z.string().max(4_096).optional(),
  })
  .meta({ id: "SpeechInput" });
export type SpeechInput = z.infer<typeof SpeechInput>;

export const TranscriptionInput = z
  .strictObject({
    audio: AudioSource,
    language: z
      .string()
      .regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, "must be a language code such as en or pt-BR")
      .optional(),
    prompt: z.string().max(4_096).optional(),
    temperature: z.number().min(0).max(1).optional(),
  })
  .meta({ id: "TranscriptionInput" });
export type TranscriptionInput = z.infer<typeof TranscriptionInput>;

/** The input of each task type. Adding a type starts here. */
export const inputSchemas = {
  chat: ChatInput,
  completion: CompletionInput,
  embedding: EmbeddingInput,
  image_search: ImageSearchInput,
  image_generation: ImageGenerationInput,
  speech: SpeechInput,
  transcription: TranscriptionInput,
} as const satisfies Record<TaskType, z.ZodType>;

export type TaskInput<T extends TaskType = TaskType> = z.infer<(typeof inputSchemas)[T]>;
