import type { Principal } from "../access/principal.ts";
import type { CacheRequest } from "../api/cache.ts";
import type { SubmitTask } from "../api/task.ts";
import type { ConeaError } from "../core/conea-error.ts";
import type { ResponseFacts, TaskDocument } from "../tasks/task-document.ts";

/** What a door answers: the status and the JSON of its body. */
export type LineAnswer = { status: number; body: object };

/** What a line asks for. `isStored`: its content may be kept beyond the files of the batch. */
export type LineTask = { request: SubmitTask; response?: ResponseFacts; isStored: boolean };

/** What is asked for beside a line's body: by its headers, or by those of the batch for all that have none. */
export type LineAsks = { cache?: CacheRequest; isStored?: boolean };

type Body = Record<string, unknown>;

/** How the lines of one endpoint become tasks, and tasks answers: the door's own translators. */
export type LineEndpoint = {
  /** The task that a line's body asks for. Throws `ConeaError` where it asks for what cannot be done. */
  toTask(body: Body, principal: Principal, asked: { isStored: boolean }): Promise<LineTask>;
  /** What the door would have answered to that body once the task had succeeded or failed. */
  toAnswer(task: TaskDocument, body: Body): Promise<LineAnswer>;
};

export type LineEndpoints = {
  /** By their `url`, such as `/v1/embeddings`. */
  endpoints: Record<string, LineEndpoint>;
  /** What the headers of a line ask for. Throws `ConeaError` where that is nothing to be had. */
  readAsks(headers: unknown): LineAsks;
  /** What the door would have answered to a line that can be no task. */
  toRefusal(error: ConeaError): LineAnswer;
};
