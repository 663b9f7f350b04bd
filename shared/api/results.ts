import { z } from "zod";
import { ChatResult, FinishReason } from "./chat.ts";
import { FileLink } from "./file.ts";
import type { TaskType } from "./task-type.ts";

export const CompletionResult = z
  .object({ text: z.string(), finishReason: FinishReason })
  .meta({ id: "CompletionResult" });
export type CompletionResult = z.infer<typeof CompletionResult>;

export const EmbeddingResult = z
  .object({ embeddings: z.array(z.object({ index: z.int(), values: z.array(z.number()) })) })
  .meta({ id: "EmbeddingResult", description: "One vector for each input, in the order of the inputs." });
export type EmbeddingResult = z.infer<typeof EmbeddingResult>;

export const FoundImage = z
  .object({
    id: z.string(),
    description: z.string().optional(),
    width: z.int(),
    height: z.int(),
    color: z.string().optional(),
    /** To be used as they are: the provider counts views by them. */
    urls: z.object({
      raw: z.string(),
      full: z.string(),
      regular: z.string(),
      small: z.string(),
      thumb: z.string(),
    }),
    /** The image's page. */
    link: z.string(),
    /** To be shown beside the image. */
    attribution: z.object({ name: z.string(), profileUrl: z.string(), text: z.string(), html: z.string() }),
  })
  .meta({ id: "FoundImage" });
export type FoundImage = z.infer<typeof FoundImage>;

export const ImageSearchResult = z
  .union([
    z.object({ total: z.int(), images: z.array(FoundImage) }),
    z.object({ trackedDownload: z.string() }),
  ])
  .meta({ id: "ImageSearchResult" });
export type ImageSearchResult = z.infer<typeof ImageSearchResult>;

export const ImageGenerationResult = z
  .object({ images: z.array(z.object({ file: FileLink, revisedPrompt: z.string().optional() })) })
  .meta({ id: "ImageGenerationResult" });
export type ImageGenerationResult = z.infer<typeof ImageGenerationResult>;

export const SpeechResult = z.object({ file: FileLink }).meta({ id: "SpeechResult" });
export type SpeechResult = z.infer<typeof SpeechResult>;

export const TranscriptionResult = z
  .object({
    text: z.string(),
    language: z.string().optional(),
    durationSeconds: z.number().nonnegative().optional(),
  })
  .meta({ id: "TranscriptionResult" });
export type TranscriptionResult = z.infer<typeof TranscriptionResult>;

/** Stands in place of an input or result above 100 KB: the JSON is in the file. */
export const StoredJson = z
  .object({ file: FileLink })
  .meta({ id: "StoredJson", description: "The content is above 100 KB: its JSON is in the file." });
export type StoredJson = z.infer<typeof StoredJson>;

/** Stands in place of an input and a result that were not to be stored. */
export const NotKept = z
  .object({ notKept: z.literal(true) })
  .meta({ id: "NotKept", description: "Whoever sent the request wanted its content to be kept nowhere." });
export type NotKept = z.infer<typeof NotKept>;

export const notKept: NotKept = { notKept: true };

/** The result of each task type. */
export const resultSchemas = {
  chat: ChatResult,
  completion: CompletionResult,
  embedding: EmbeddingResult,
  image_search: ImageSearchResult,
  image_generation: ImageGenerationResult,
  speech: SpeechResult,
  transcription: TranscriptionResult,
} as const satisfies Record<TaskType, z.ZodType>;

export type TaskResult<T extends TaskType = TaskType> = z.infer<(typeof resultSchemas)[T]>;
