import { z } from "zod";
import { ExpiresAfter, page } from "./files.ts";
import type { OpenAiOperation } from "./operation.ts";
import { commonFields, orNull } from "./sampling.ts";

export type OpenAiBatchStatus =
  | "validating"
  | "failed"
  | "in_progress"
  | "finalizing"
  | "completed"
  | "expired"
  | "cancelling"
  | "cancelled";

/** A batch as OpenAI's SDKs read it. Times are seconds since the epoch. */
export type OpenAiBatch = {
  id: string;
  object: "batch";
  endpoint: string;
  errors: {
    object: "list";
    data: { code: string; message: string; param: string | null; line: number | null }[];
  } | null;
  input_file_id: string;
  completion_window: "24h";
  status: OpenAiBatchStatus;
  output_file_id: string | null;
  error_file_id: string | null;
  created_at: number;
  in_progress_at: number | null;
  expires_at: number;
  finalizing_at: number | null;
  completed_at: number | null;
  failed_at: number | null;
  expired_at: number | null;
  cancelling_at: number | null;
  cancelled_at: number | null;
  request_counts: { total: number; completed: number; failed: number };
  metadata: Record<string, string> | null;
};

export const CreateBatch = z.looseObject({
  input_file_id: z.string().min(1).max(100),
  endpoint: z.string().min(1).max(100),
  completion_window: z.literal("24h"),
  metadata: commonFields.metadata,
  /** Of its results, from when they are there. */
  output_expires_after: orNull(ExpiresAfter),
});

export const createBatch = {
  method: "POST",
  path: "/openai/v1/batches",
  access: "write",
  body: CreateBatch,
} as const satisfies OpenAiOperation;

export const listBatches = {
  method: "GET",
  path: "/openai/v1/batches",
  access: "read",
  query: z.object(page),
} as const satisfies OpenAiOperation;

export const getBatch = {
  method: "GET",
  path: "/openai/v1/batches/{batchId}",
  access: "read",
} as const satisfies OpenAiOperation;

export const cancelBatch = {
  method: "POST",
  path: "/openai/v1/batches/{batchId}/cancel",
  access: "write",
} as const satisfies OpenAiOperation;
