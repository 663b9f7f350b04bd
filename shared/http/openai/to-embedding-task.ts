import { CreateEmbedding } from "../../api/openai/embeddings.ts";
import type { SubmitTask } from "../../api/task.ts";
import { harmlessFields, refuseFields } from "./refuse-fields.ts";
import { toTaskFields } from "./to-task-fields.ts";

/** The task that a body of `POST /embeddings` asks for. Throws `invalid_request`. Pure. */
export function toEmbeddingTask(body: CreateEmbedding): Extract<SubmitTask, { type: "embedding" }> {
  refuseFields(body, CreateEmbedding.shape, harmlessFields);
  const { input, dimensions } = body;
  return {
    type: "embedding",
    input: { input, ...(dimensions !== undefined && { dimensions }) },
    ...toTaskFields(body),
    stream: false,
  };
}
