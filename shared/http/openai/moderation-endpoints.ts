import { createModeration } from "../../api/openai/moderations.ts";
import { ConeaError } from "../../core/conea-error.ts";
import { type Endpoint, toEndpoint } from "./create-openai-app.ts";

/** Moderation is no task type: no provider of ours judges content, and an invented judgement would be worse than none. */
export function createModerationEndpoints(): Endpoint[] {
  return [
    toEndpoint(createModeration, () => {
      throw new ConeaError(
        "not_found",
        "No provider of this installation moderates; ask your vendor directly.",
      );
    }),
  ];
}
