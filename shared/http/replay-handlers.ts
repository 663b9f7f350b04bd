import { toRateLimitHeaders } from "../allowances/to-rate-limit-headers.ts";
import type { Task } from "../api/task.ts";
import type { Platform } from "../platform/platform.ts";
import { listDeadLetters } from "../tasks/dead-letters.ts";
import { replayDeadLetters } from "../tasks/replay-dead-letters.ts";
import { type ReplayDeps, replayTask } from "../tasks/replay-task.ts";
import { withFreshLinks } from "../tasks/stored-files.ts";
import { type TaskDocument, toTask } from "../tasks/task-document.ts";
import type { Handlers } from "./create-app.ts";
import { readIdempotencyKey } from "./read-headers.ts";

export type ReplayHandlerDeps = ReplayDeps & Pick<Platform, "blobs">;

type ReplayOperation = "listDeadLetters" | "replayTask" | "replayDeadLetters";

export function createReplayHandlers(deps: ReplayHandlerDeps): Pick<Handlers, ReplayOperation> {
  const show = (document: TaskDocument): Promise<Task> => withFreshLinks(deps, toTask(document));
  return {
    async listDeadLetters({ principal, query }) {
      const { found, nextCursor } = await listDeadLetters(deps, principal, query);
      const items = await Promise.all(found.map(({ data }) => show(data)));
      return Response.json({ items, ...(nextCursor && { nextCursor }) });
    },
    async replayTask({ request, principal, params: { taskId = "" }, body: { model } }) {
      const idempotencyKey = readIdempotencyKey(request.headers);
      const replayed = await replayTask(deps, principal, taskId, { model, idempotencyKey });
      const { task, repeated, states } = replayed;
      const headers = { ...toRateLimitHeaders(states, deps.clock.now()), ...(repeated && replayedHeader) };
      return Response.json(await show(task), { status: 202, headers });
    },
    async replayDeadLetters({ request, principal, body }) {
      const idempotencyKey = readIdempotencyKey(request.headers);
      const { answer, repeated } = await replayDeadLetters(deps, principal, body, idempotencyKey);
      return Response.json(answer, { headers: repeated ? replayedHeader : {} });
    },
  };
}

const replayedHeader = { "Idempotent-Replayed": "true" };
