import { z } from "zod";
import type { OpenAiOperation } from "./operation.ts";
import { orNull } from "./sampling.ts";

/** A file as OpenAI's SDKs read it. */
export type OpenAiFile = {
  id: string;
  object: "file";
  bytes: number;
  /** Seconds since the epoch. */
  created_at: number;
  filename: string;
  purpose: "batch" | "batch_output";
  status: "processed";
};

export const page = {
  limit: z.coerce.number().int().min(1).max(100).default(20),
  /** The id of the last object of the page before. */
  after: orNull(z.string().max(100)),
};

export const createFile = {
  method: "POST",
  path: "/openai/v1/files",
  access: "write",
} as const satisfies OpenAiOperation;

/** `multipart/form-data`; the file itself is read apart. */
export const CreateFile = z.strictObject({
  purpose: z.literal("batch", "must be batch: files are kept for batches alone"),
});

export const listFiles = {
  method: "GET",
  path: "/openai/v1/files",
  access: "read",
  query: z.object({
    ...page,
    limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
    order: z.enum(["asc", "desc"]).default("desc"),
    purpose: z.enum(["batch", "batch_output"]).optional(),
  }),
} as const satisfies OpenAiOperation;

export const getFile = {
  method: "GET",
  path: "/openai/v1/files/{fileId}",
  access: "read",
} as const satisfies OpenAiOperation;

export const getFileContent = {
  method: "GET",
  path: "/openai/v1/files/{fileId}/content",
  access: "read",
} as const satisfies OpenAiOperation;

export const deleteFile = {
  method: "DELETE",
  path: "/openai/v1/files/{fileId}",
  access: "write",
} as const satisfies OpenAiOperation;
