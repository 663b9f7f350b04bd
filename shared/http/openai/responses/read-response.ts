import type { Platform } from "../../../platform/platform.ts";
import type { TaskDocument } from "../../../tasks/task-document.ts";
import { readResult } from "../read-result.ts";
import { readChatInput } from "./read-exchange.ts";
import { type ResponseObject, toResponse, toSucceeded, toUnfinished } from "./to-response.ts";

/** The response of a task whose content is there, as it is now. */
export async function readResponse(
  deps: Pick<Platform, "blobs">,
  task: TaskDocument,
): Promise<ResponseObject> {
  const isStored = !task.batch?.isUnstored;
  const asked = { input: await readChatInput(deps, task), facts: task.response ?? {}, isStored };
  if (task.status !== "succeeded") return toResponse(task, asked, toUnfinished(task));
  return toResponse(task, asked, toSucceeded(task, await readResult<"chat">(deps, task)));
}
