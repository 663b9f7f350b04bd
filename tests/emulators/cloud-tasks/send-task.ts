import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Clock } from "../../../shared/core/clock.ts";
import type { Task } from "./task.ts";
import type { TokenSigner } from "./token-signer.ts";

/** What came back: an HTTP status, or nothing (no connection, a cut one, or the deadline). */
export type TaskAnswer = { status?: number; retryAfterMs: number };

export type SendTask = (task: Task, failure?: string) => Promise<TaskAnswer>;

/**
 * Sends a task to its target as Cloud Tasks does. At the deadline it stops listening; the target is not told otherwise
 * than by the closed connection. Node's own client, because `fetch` gives up after five minutes of silence.
 */
export function createSendTask({ clock, signer }: { clock: Clock; signer: TokenSigner }): SendTask {
  return async (task, failure) => {
    const headers = await toHeaders(task, failure, signer, clock.now());
    return new Promise((resolve) => {
      const open = task.url.startsWith("https:") ? requestHttps : requestHttp;
      const request = open(task.url, { method: task.method, headers, agent: false });
      const cancelDeadline = clock.after(task.deadlineMs, () => request.destroy());
      const finish = (answer: TaskAnswer) => {
        cancelDeadline();
        resolve(answer);
      };
      request.on("close", () => finish({ retryAfterMs: 0 }));
      request.on("error", () => finish({ retryAfterMs: 0 }));
      request.on("response", (response) => {
        response.resume();
        response.on("error", () => finish({ retryAfterMs: 0 }));
        response.on("end", () =>
          finish({
            ...(response.statusCode === undefined ? {} : { status: response.statusCode }),
            retryAfterMs: toRetryAfterMs(response.headers["retry-after"], clock.now()),
          }),
        );
      });
      request.end(task.body);
    });
  };
}

async function toHeaders(
  task: Task,
  failure: string | undefined,
  signer: TokenSigner,
  now: number,
): Promise<Record<string, string>> {
  const [, queue = "", id = ""] = /\/queues\/([^/]+)\/tasks\/([^/]+)$/.exec(task.name) ?? [];
  return {
    ...task.headers,
    ...(task.token ? { Authorization: `Bearer ${await signer.sign(task.token, now)}` } : {}),
    "User-Agent": "Google-Cloud-Tasks",
    "Content-Length": String(task.body.length),
    "X-CloudTasks-QueueName": queue,
    "X-CloudTasks-TaskName": id,
    "X-CloudTasks-TaskRetryCount": String(task.dispatches - 1),
    "X-CloudTasks-TaskExecutionCount": String(task.responses),
    "X-CloudTasks-TaskETA": (task.scheduledAt / 1_000).toFixed(6),
    ...(failure === undefined ? {} : { "X-CloudTasks-TaskPreviousResponse": failure }),
  };
}

function toRetryAfterMs(header: string | undefined, now: number): number {
  if (header === undefined) return 0;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}
