import { z } from "zod";

export const TaskType = z
  .enum(["chat", "completion", "embedding", "image_search", "image_generation", "speech", "transcription"])
  .meta({ id: "TaskType", description: "What kind of AI work a task is." });
export type TaskType = z.infer<typeof TaskType>;

export const TaskStatus = z
  .enum(["ready", "scheduled", "running", "succeeded", "failed", "dead", "cancelled", "expired"])
  .meta({
    id: "TaskStatus",
    description:
      "`ready` waits in line; `scheduled` waits for a time; `running` is with a provider. The others are final: `failed` met a permanent error, `dead` used up its attempts, `expired` was not started in time.",
  });
export type TaskStatus = z.infer<typeof TaskStatus>;

export const terminalStatuses: ReadonlySet<TaskStatus> = new Set([
  "succeeded",
  "failed",
  "dead",
  "cancelled",
  "expired",
]);
