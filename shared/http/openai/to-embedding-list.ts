import type { EmbeddingResult } from "../../api/results.ts";
import { answerUsage, readTokens } from "../../api/usage.ts";
import type { WatchedTask } from "./watch-task.ts";

/** Vectors as an answer of `POST /embeddings`. Pure. */
export function toEmbeddingList(
  task: Pick<WatchedTask, "usage" | "attempts" | "model" | "queue">,
  { embeddings }: EmbeddingResult,
  encoding: "float" | "base64" = "float",
) {
  const tokens = readTokens(answerUsage(task));
  return {
    object: "list",
    data: embeddings.map(({ index, values }) => ({
      object: "embedding",
      index,
      embedding: encoding === "float" ? values : toBase64(values),
    })),
    model: task.model ?? task.queue,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/** The numbers as 32-bit floats, little-endian, which is what the SDKs ask for by themselves. */
function toBase64(values: number[]): string {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString("base64");
}
