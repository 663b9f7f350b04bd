import { type TaskStatus, terminalStatuses } from "../api/task-type.ts";
import { idFrom } from "../core/ids.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import type { BatchDocument, RefusalDocument } from "./batch-document.ts";
import type { BatchLine } from "./check-line.ts";
import type { LineEndpoint } from "./endpoints.ts";

/** A line of the input and what became of it: a task, a refusal, or nothing where the batch was stopped before it. */
export type LineOutcome = {
  line: number;
  input: Pick<BatchLine, "custom_id" | "body">;
  task?: TaskDocument;
  refusal?: RefusalDocument;
};

/** A line of the output or the error file, without what ends it. */
export type OutputLine = { isError: boolean; text: string };

const codes = {
  expired: [
    "batch_expired",
    "This request could not be executed before the completion window of the batch ended.",
  ],
  cancelled: ["batch_cancelled", "This request was not executed, because the batch was cancelled."],
  deleted: ["task_deleted", "The task of this request is no longer kept."],
  one: ["task_cancelled", "The task of this request was cancelled."],
  open: ["task_replayed", "The task of this request was started again before its result was written."],
} as const;

/** What became of a line, in OpenAI's format (https://platform.openai.com/docs/api-reference/batch/request-output). */
export async function toOutputLine(
  batch: BatchDocument,
  outcome: LineOutcome,
  endpoint: LineEndpoint,
): Promise<OutputLine> {
  const id = idFrom("batch_req", batch.id, String(outcome.line));
  const common = { id, custom_id: outcome.input.custom_id };
  const answer = await toAnswer(outcome, endpoint);
  if (answer === undefined) {
    const [code, message] = codes[toCode(batch, outcome.task)];
    return toLine(true, { ...common, response: null, error: { code, message } });
  }
  const response = { status_code: answer.status, request_id: outcome.task?.id ?? id, body: answer.body };
  return toLine(answer.status !== 200, { ...common, response, error: null });
}

const answered: ReadonlySet<TaskStatus> = new Set(["succeeded", "failed", "dead"]);

function toLine(isError: boolean, value: object): OutputLine {
  return { isError, text: JSON.stringify(value) };
}

async function toAnswer({ task, refusal, input }: LineOutcome, endpoint: LineEndpoint) {
  if (refusal) return { status: refusal.status, body: JSON.parse(refusal.body) as object };
  if (!task || !answered.has(task.status)) return undefined;
  return endpoint.toAnswer(task, input.body);
}

function toCode({ stoppedBy }: BatchDocument, task: TaskDocument | undefined): keyof typeof codes {
  if (task?.status === "expired") return "expired";
  if (task && !terminalStatuses.has(task.status)) return "open";
  return stoppedBy ?? (task ? "one" : "deleted");
}
