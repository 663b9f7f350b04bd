import { toRateLimitHeaders } from "../allowances/to-rate-limit-headers.ts";
import type { Task } from "../api/task.ts";
import { terminalStatuses } from "../api/task-type.ts";
import type { Platform } from "../platform/platform.ts";
import { submitAsked } from "../prompts/submit-asked.ts";
import { estimateWait } from "../queue/estimate-wait.ts";
import { cancelTask, deleteTask } from "../tasks/change-task.ts";
import type { Runner } from "../tasks/create-runner.ts";
import { followTask, toPosition } from "../tasks/follow-task.ts";
import type { LiveOutput } from "../tasks/live-output.ts";
import { findTask, listTasks } from "../tasks/read-tasks.ts";
import { reprioritiseTask } from "../tasks/reprioritise-task.ts";
import type { Start } from "../tasks/start.ts";
import { withFreshLinks } from "../tasks/stored-files.ts";
import type { SubmitDeps } from "../tasks/submit-task.ts";
import { type TaskDocument, toTask } from "../tasks/task-document.ts";
import { waitForTask } from "../tasks/wait-for-task.ts";
import type { Handlers } from "./create-app.ts";
import { readIdempotencyKey, readWaitSeconds } from "./read-headers.ts";
import { toSse } from "./to-sse.ts";

export type TaskHandlerDeps = SubmitDeps &
  Pick<Platform, "blobs"> & { runner: Runner; live: LiveOutput; closing: AbortSignal };

type TaskOperation =
  | "submitTask"
  | "listTasks"
  | "getTask"
  | "cancelTask"
  | "reprioritiseTask"
  | "deleteTask"
  | "followTask";

export function createTaskHandlers(deps: TaskHandlerDeps): Pick<Handlers, TaskOperation> {
  const show = (document: TaskDocument): Promise<Task> => withFreshLinks(deps, toTask(document));

  async function waitFor(
    task: TaskDocument,
    start: Start,
    { seconds, signal }: { seconds: number; signal: AbortSignal },
  ): Promise<TaskDocument> {
    if (terminalStatuses.has(task.status)) return task;
    await start.run(task);
    const signals = AbortSignal.any([signal, deps.closing]);
    return (await waitForTask(deps, task.id, { waitMs: seconds * 1_000, signal: signals })) ?? task;
  }

  return {
    async submitTask({ request, principal, body }) {
      const idempotencyKey = readIdempotencyKey(request.headers);
      const seconds = readWaitSeconds(request.headers);
      const start = deps.runner.openStart();
      const options = {
        ...(seconds !== undefined && { startsHere: true, keepStarted: start.keep }),
        ...(idempotencyKey && { idempotencyKey }),
      };
      const { task, replayed, states } = await submitAsked(deps, principal, body, options);
      const latest =
        seconds === undefined ? task : await waitFor(task, start, { seconds, signal: request.signal });
      return Response.json(await show(latest), {
        status: seconds !== undefined && terminalStatuses.has(latest.status) ? 200 : 202,
        headers: {
          ...toRateLimitHeaders(states, deps.clock.now()),
          Location: `/v1/tasks/${task.id}`,
          ...(replayed && { "Idempotent-Replayed": "true" }),
          ...(seconds !== undefined && { "Preference-Applied": `wait=${seconds}` }),
        },
      });
    },
    async listTasks({ principal, query }) {
      const { tasks, nextCursor } = await listTasks(deps, principal, query);
      return Response.json({ items: await Promise.all(tasks.map(show)), ...(nextCursor && { nextCursor }) });
    },
    async getTask({ principal, params }) {
      const { data } = await findTask(deps, principal, params.taskId ?? "");
      const wait = data.status === "ready" ? await estimateWait(deps, data) : undefined;
      return Response.json({ ...(await show(data)), ...(wait && { wait }) });
    },
    async reprioritiseTask({ principal, params: { taskId = "" }, body: { priority } }) {
      return Response.json(await show(await reprioritiseTask(deps, principal, taskId, priority)));
    },
    async cancelTask({ principal, params }) {
      const abort = deps.runner.abort;
      return Response.json(await show(await cancelTask({ ...deps, abort }, principal, params.taskId ?? "")));
    },
    async deleteTask({ principal, params }) {
      await deleteTask(deps, principal, params.taskId ?? "");
      return new Response(null, { status: 204 });
    },
    async followTask({ request, principal, params }) {
      const { id } = await findTask(deps, principal, params.taskId ?? "");
      const ended = new AbortController();
      const signal = AbortSignal.any([ended.signal, deps.closing]);
      const start = toPosition(request.headers.get("last-event-id"));
      const frames = toFrames(followTask(deps, id, { start, signal }));
      return toSse(frames, { clock: deps.clock, onLeave: () => ended.abort() });
    },
  };
}

async function* toFrames(
  events: AsyncIterable<{ id: string; event: string; data: unknown }>,
): AsyncGenerator<string, void, undefined> {
  for await (const { id, event, data } of events)
    yield `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
