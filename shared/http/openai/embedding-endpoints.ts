import { createEmbedding } from "../../api/openai/embeddings.ts";
import { type Endpoint, toEndpoint } from "./create-openai-app.ts";
import { type DoorDeps, runCall } from "./open-call.ts";
import { readResult } from "./read-result.ts";
import { toEmbeddingList } from "./to-embedding-list.ts";
import { toEmbeddingTask } from "./to-embedding-task.ts";

/** `POST /embeddings`. */
export function createEmbeddingEndpoints(deps: DoorDeps): Endpoint[] {
  return [
    toEndpoint(createEmbedding, async (call) => {
      const { task, headers } = await runCall(deps, call, toEmbeddingTask(call.body));
      const result = await readResult<"embedding">(deps, task);
      return Response.json(toEmbeddingList(task, result, call.body.encoding_format), { headers });
    }),
  ];
}
