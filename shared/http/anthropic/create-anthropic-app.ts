import type { Authenticate } from "../../access/authenticate.ts";
import type { Catalogue } from "../../routing/catalogue.ts";
import type { Handler } from "../create-app.ts";
import { createOpenAiApp } from "../openai/create-openai-app.ts";
import type { DoorDeps } from "../openai/open-call.ts";
import { createAnthropicModelEndpoints } from "./anthropic-model-endpoints.ts";
import { createMessageEndpoints } from "./message-endpoints.ts";
import { toAnthropicError } from "./to-anthropic-error.ts";

/** The interface under /anthropic/v1, in the shapes that Anthropic's SDKs know. Any `anthropic-version` is answered alike. */
export function createAnthropicApp(
  deps: DoorDeps & { authenticate: Authenticate; catalogue: Catalogue },
): Handler {
  const endpoints = [...createMessageEndpoints(deps), ...createAnthropicModelEndpoints(deps)];
  return createOpenAiApp(endpoints, { ...deps, toError: toAnthropicError });
}
