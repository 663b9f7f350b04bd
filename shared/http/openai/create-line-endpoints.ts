import { CreateChatCompletion } from "../../api/openai/chat.ts";
import { CreateCompletion } from "../../api/openai/completions.ts";
import { CreateEmbedding } from "../../api/openai/embeddings.ts";
import { CreateResponse } from "../../api/openai/responses.ts";
import type { LineAnswer, LineEndpoint, LineEndpoints } from "../../batches/endpoints.ts";
import type { Log } from "../../core/log.ts";
import { randomIds } from "../../core/random.ts";
import type { Platform } from "../../platform/platform.ts";
import type { TaskDocument } from "../../tasks/task-document.ts";
import { parseWith, requirePlain } from "../read-body.ts";
import { keepImages } from "./keep-images.ts";
import { readLineAsks } from "./read-line-asks.ts";
import { readResult } from "./read-result.ts";
import { planResponse } from "./responses/plan-response.ts";
import { readResponse } from "./responses/read-response.ts";
import { TaskFailure } from "./task-failure.ts";
import { toChatCompletion } from "./to-chat-completion.ts";
import { toChatTask } from "./to-chat-task.ts";
import { toCompletion } from "./to-completion.ts";
import { toCompletionTask } from "./to-completion-task.ts";
import { toEmbeddingList } from "./to-embedding-list.ts";
import { toEmbeddingTask } from "./to-embedding-task.ts";
import { toFailure } from "./to-failure.ts";
import { toErrorBody } from "./to-openai-error.ts";

type Deps = Pick<Platform, "documents" | "blobs"> & { log: Log };

const subject = "The body";

/** The endpoints that a batch may be for: a line is translated as a request of its own would be. */
export function createLineEndpoints(deps: Deps): LineEndpoints {
  const toError = (thrown: unknown): LineAnswer => {
    const failure = toFailure(thrown, { requestId: randomIds.newId("req"), log: deps.log });
    return { status: failure.status, body: toErrorBody(failure) };
  };

  /** `toBody` is asked for tasks that have succeeded alone. */
  const toEndpoint = (
    toTask: LineEndpoint["toTask"],
    toBody: (task: TaskDocument, body: Record<string, unknown>) => Promise<object>,
  ): LineEndpoint => ({
    async toTask(body, principal, asked) {
      requirePlain(body);
      return toTask(body, principal, asked);
    },
    async toAnswer(task, body) {
      if (task.status === "succeeded") return { status: 200, body: await toBody(task, body) };
      const { code, message } = task.error ?? { code: "internal", message: "" };
      return toError(new TaskFailure(code, message));
    },
  });

  return {
    endpoints: {
      "/v1/chat/completions": toEndpoint(
        async (body, principal, asked) => {
          const request = toChatTask(parseWith(CreateChatCompletion, body, subject));
          if (!asked.isStored) return { request, ...asked };
          return {
            request: { ...request, input: await keepImages(deps, principal, request.input) },
            ...asked,
          };
        },
        async (task) => toChatCompletion(task, await readResult<"chat">(deps, task)),
      ),
      "/v1/responses": toEndpoint(
        async (body, principal, asked) => {
          const parsed = parseWith(CreateResponse, body, subject);
          const isStored = asked.isStored && parsed.store !== false;
          const planned = await planResponse(deps, principal, parsed, { isStored });
          return { request: planned.submitted, response: planned.facts, isStored };
        },
        (task) => readResponse(deps, task),
      ),
      "/v1/embeddings": toEndpoint(
        async (body, _, asked) => ({
          request: toEmbeddingTask(parseWith(CreateEmbedding, body, subject)),
          ...asked,
        }),
        async (task, body) => {
          const { encoding_format: encoding } = parseWith(CreateEmbedding, body, subject);
          return toEmbeddingList(task, await readResult<"embedding">(deps, task), encoding);
        },
      ),
      "/v1/completions": toEndpoint(
        async (body, _, asked) => ({
          request: toCompletionTask(parseWith(CreateCompletion, body, subject)),
          ...asked,
        }),
        async (task) => toCompletion(task, await readResult<"completion">(deps, task)),
      ),
    },
    readAsks: readLineAsks,
    toRefusal: toError,
  };
}
