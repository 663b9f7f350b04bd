import type { Principal } from "../../../access/principal.ts";
import type { ChatMessage } from "../../../api/chat.ts";
import { ConeaError } from "../../../core/conea-error.ts";
import type { Platform } from "../../../platform/platform.ts";
import { findOwnChat, readExchange } from "./read-exchange.ts";
import { toTaskId } from "./response-ids.ts";

/** What was said up to and with a response. */
export type History = { taskId: string; messages: ChatMessage[] };

/**
 * The conversation that a response ended, of the same tenant and user. Each task keeps the whole of its input, so one read
 * gives all earlier turns, whatever has been deleted since. Throws `invalid_request` where there is nothing to go on from.
 */
export async function readHistory(
  deps: Pick<Platform, "documents" | "blobs">,
  principal: Principal,
  responseId: string,
): Promise<History> {
  const task = await findOwnChat(deps, principal, toTaskId(responseId));
  if (!task) throw unusable(`There is no response ${JSON.stringify(responseId)}.`);
  if (task.status === "succeeded") return { taskId: task.id, messages: await readExchange(deps, task) };
  throw unusable(`The response ${responseId} has no output to go on from (its task is ${task.status}).`);
}

function unusable(sentence: string): ConeaError {
  const fields = [{ field: "previous_response_id", message: "must be a response that was completed" }];
  return new ConeaError("invalid_request", sentence, { fields });
}
