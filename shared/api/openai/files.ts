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
  /** Absent where it stays until it is deleted. */
  expires_at?: number;
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

/** When a file goes by itself, from when it was made: an hour to thirty days later. */
export const ExpiresAfter = z.strictObject({
  anchor: z.literal("created_at"),
  seconds: z.int().min(3_600).max(2_592_000),
});

/** `multipart/form-data`; the file itself is read apart. Of the last two, one does not come without the other. */
export const CreateFile = z
  .strictObject({
    purpose: z.literal("batch", "must be batch: files are kept for batches alone"),
    "expires_after[anchor]": ExpiresAfter.shape.anchor.optional(),
    "expires_after[seconds]": z.coerce.number().pipe(ExpiresAfter.shape.seconds).optional(),
  })
  .superRefine((form, { addIssue }) => {
    const [missing, ...others] = expiryFields.filter((field) => form[field] === undefined);
    if (missing && others.length === 0)
      addIssue({ code: "custom", path: [missing], message: "must come with the other of the two" });
  });

const expiryFields = ["expires_after[anchor]", "expires_after[seconds]"] as const;

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
