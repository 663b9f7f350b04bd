import type { Principal } from "../access/principal.ts";
import type { SubmitTask } from "../api/task.ts";
import type { ConeaError } from "../core/conea-error.ts";
import type { ResponseFacts, TaskDocument } from "../tasks/task-document.ts";

/** What a door answers: the status and the JSON of its body. */
export type LineAnswer = { status: number; body: object };

/** What a line asks for. */
export type LineTask = { request: SubmitTask; response?: ResponseFacts };

type Body = Record<string, unknown>;

/** How the lines of one endpoint become tasks, and tasks answers: the door's own translators. */
export type LineEndpoint = {
  /** The task that a line's body asks for. Throws `ConeaError` where it asks for what cannot be done. */
  toTask(body: Body, principal: Principal): Promise<LineTask>;
  /** What the door would have answered to that body once the task had succeeded or failed. */
  toAnswer(task: TaskDocument, body: Body): Promise<LineAnswer>;
};

export type LineEndpoints = {
  /** By their `url`, such as `/v1/embeddings`. */
  endpoints: Record<string, LineEndpoint>;
  /** What the door would have answered to a line that can be no task. */
  toRefusal(error: ConeaError): LineAnswer;
};
