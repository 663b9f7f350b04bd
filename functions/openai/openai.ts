import { createAnthropicApp } from "../../shared/http/anthropic/create-anthropic-app.ts";
import type { Handler } from "../../shared/http/create-app.ts";
import { createAudioEndpoints } from "../../shared/http/openai/audio-endpoints.ts";
import { createBatchEndpoints } from "../../shared/http/openai/batch-endpoints.ts";
import { createChatEndpoints } from "../../shared/http/openai/chat-endpoints.ts";
import { createCompletionEndpoints } from "../../shared/http/openai/completion-endpoints.ts";
import { createOpenAiApp } from "../../shared/http/openai/create-openai-app.ts";
import { createEmbeddingEndpoints } from "../../shared/http/openai/embedding-endpoints.ts";
import { createFileEndpoints } from "../../shared/http/openai/file-endpoints.ts";
import { createImageEndpoints } from "../../shared/http/openai/image-endpoints.ts";
import { createModelEndpoints } from "../../shared/http/openai/model-endpoints.ts";
import { createModerationEndpoints } from "../../shared/http/openai/moderation-endpoints.ts";
import { createResponseEndpoints } from "../../shared/http/openai/responses/response-endpoints.ts";
import { pathOf } from "../../shared/http/path-of.ts";
import type { Conea } from "../../shared/tasks/create-conea.ts";

/** The interfaces under /openai/v1 and /anthropic/v1, in the shapes that those vendors' SDKs know. */
export function createOpenAi(conea: Conea): Handler {
  const endpoints = [
    ...createModelEndpoints(conea),
    ...createChatEndpoints(conea),
    ...createResponseEndpoints(conea),
    ...createCompletionEndpoints(conea),
    ...createEmbeddingEndpoints(conea),
    ...createImageEndpoints(conea),
    ...createAudioEndpoints(conea),
    ...createModerationEndpoints(),
    ...createFileEndpoints(conea),
    ...createBatchEndpoints(conea),
  ];
  const openai = createOpenAiApp(endpoints, conea);
  const anthropic = createAnthropicApp(conea);
  const isAnthropic = (request: Request) => pathOf(request).startsWith("/anthropic/");
  return (request) => (isAnthropic(request) ? anthropic : openai)(request);
}
