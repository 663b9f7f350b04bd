import type { Principal } from "../../../access/principal.ts";
import type { CreateResponse } from "../../../api/openai/responses.ts";
import type { Platform } from "../../../platform/platform.ts";
import { keepImages } from "../keep-images.ts";
import { readHistory } from "./read-history.ts";
import { readReferences } from "./read-references.ts";
import { type ResponseTask, toResponseTask } from "./to-response-task.ts";

/** The task that a body of `POST /responses` asks for, with the conversation it goes on from. Throws `invalid_request`. */
export async function planResponse(
  deps: Pick<Platform, "documents" | "blobs">,
  principal: Principal,
  body: CreateResponse,
  { isStored }: { isStored: boolean },
): Promise<ResponseTask> {
  const { previous_response_id: previousId, input } = body;
  const [history, referenced] = await Promise.all([
    previousId === undefined ? undefined : readHistory(deps, principal, previousId),
    readReferences(deps, principal, input),
  ]);
  const planned = toResponseTask(body, { history, referenced, isStored });
  if (!isStored) return planned;
  const { submitted } = planned;
  const kept = await keepImages(deps, principal, submitted.input);
  return { ...planned, submitted: { ...submitted, input: kept } };
}
