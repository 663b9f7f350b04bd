import { isId } from "../../../core/ids.ts";

/*
 * A response is a task, and its items are parts of it: their ids are the task's with another prefix, so that each leads back
 * without a look into the store.
 */

/** `resp_…` of `task_…`. */
export function toResponseId(taskId: string): string {
  return toItemId("resp", taskId);
}

/** The task of a response's id; `undefined` for what is none. */
export function toTaskId(responseId: string): string | undefined {
  return isId("resp", responseId) ? `task_${keyOf(responseId)}` : undefined;
}

/** The message of a response: `msg_…`, and its function calls: `fc_…_0`. Items of its input: `msg_…_in0`. */
export function toItemId(prefix: string, taskId: string, part = ""): string {
  return `${prefix}_${keyOf(taskId)}${part && `_${part}`}`;
}

/** A part of what a response said. Without `call` it is the message. */
export type OutputPart = { taskId: string; call?: number };

/** What an item's id refers to; `undefined` for one that no response gave. */
export function toOutputPart(itemId: string): OutputPart | undefined {
  const [, message] = /^msg_([a-z2-7]{26})$/.exec(itemId) ?? [];
  if (message) return { taskId: `task_${message}` };
  const [, key, call] = /^fc_([a-z2-7]{26})_(\d{1,4})$/.exec(itemId) ?? [];
  return key ? { taskId: `task_${key}`, call: Number(call) } : undefined;
}

function keyOf(id: string): string {
  return id.slice(id.indexOf("_") + 1);
}
