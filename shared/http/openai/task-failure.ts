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
