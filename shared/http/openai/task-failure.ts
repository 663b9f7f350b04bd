import type { WatchedTask } from "./watch-task.ts";

/** A task that was accepted and did not give what its caller waits for. The message is safe to send. */
export class TaskFailure extends Error {
  override readonly name = "TaskFailure";
  /** That of the task's error, or `task_cancelled`, `task_expired`, `task_running`, `stream_interrupted`. */
  readonly code: string;
  readonly headers: Record<string, string>;

  constructor(code: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.code = code;
    this.headers = headers;
  }
}

type Headers = Record<string, string>;

/** Of a task that has ended without a result. Pure. */
export function toEndFailure({ status, error }: WatchedTask, headers: Headers): TaskFailure {
  const { code, message } = error ?? ended[status] ?? { code: "internal", message: "" };
  return new TaskFailure(code, message, headers);
}

const ended: Record<string, { code: string; message: string }> = {
  cancelled: { code: "task_cancelled", message: "The task was cancelled." },
  expired: { code: "task_expired", message: "The task was not started in time." },
};

/** Of a caller who is answered before the task has ended. `mayRepeat`: asking again makes no second task. Pure. */
export function toLeavingFailure(
  { id, attempts }: WatchedTask,
  { headers, mayRepeat }: { headers: Headers; mayRepeat: boolean },
): TaskFailure {
  const sentence = `The task goes on; GET /v1/tasks/${id} shows its end.`;
  const isLimited = attempts.at(-1)?.outcome === "rate_limited";
  const code = isLimited ? "provider_rate_limited" : "task_running";
  return new TaskFailure(code, sentence, { ...headers, "x-should-retry": String(mayRepeat) });
}

/** Of a stream whose text does not go on from what was sent. Pure. */
export function toInterruption({ id }: WatchedTask, headers: Headers): TaskFailure {
  return new TaskFailure(
    "stream_interrupted",
    `The provider broke off, and another attempt's text does not go on from what was sent; GET /v1/tasks/${id} shows the whole of it.`,
    headers,
  );
}
