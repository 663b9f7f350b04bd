import type { SubmitTask } from "../../api/task.ts";

type Fields = Pick<SubmitTask, "model" | "route" | "priority" | "metadata">;

/** What a request says of its task beside the input. */
export function toTaskFields({
  model,
  route,
  priority = 5,
  metadata,
}: {
  model: string;
  route?: SubmitTask["route"];
  priority?: number | undefined;
  metadata?: Record<string, string> | undefined;
}): Fields {
  return { model, priority, ...(route && { route }), ...(metadata && { metadata }) };
}
