import type { Task } from "../../shared/api/task.ts";
import { idFrom } from "../../shared/core/ids.ts";
import { ProviderError } from "../../shared/providers/provider-error.ts";
import { echo, type TestOptions } from "../../shared/tasks/conea.fixture.ts";
import type { Conea } from "../../shared/tasks/create-conea.ts";
import { aTask } from "../../shared/tasks/task.fixture.ts";
import { type TaskDocument, taskPath } from "../../shared/tasks/task-document.ts";
import { json, openApi } from "./api.fixture.ts";

/** The API with a provider that is down until it is mended: what is submitted meanwhile dies at its first attempt. */
export async function openDown(options: TestOptions = {}) {
  let isDown = true;
  const test = await openApi({
    retry: { attempts: 1 },
    breaker: { failures: 1_000 },
    second: true,
    provider: {
      chat: (call) =>
        isDown ? Promise.reject(new ProviderError("overloaded")) : (echo.chat?.(call) as Promise<never>),
    },
    ...options,
  });
  const say = (content: string) => ({ input: { messages: [{ role: "user", content }] } });
  const die = async (body: object = {}, sent = {}) => {
    const { id = "" } = await json(await test.submit(body, sent));
    await test.clock.advance(1_000);
    return id;
  };
  const list = (query = "", sent = {}) => test.send(`/v1/dead-letters${query}`, sent);
  const listed = async (query = "", sent = {}) =>
    (await json<{ items: Task[] }>(await list(query, sent))).items.map(({ id }) => id);
  const show = async (id: string) => json<Task>(await test.send(`/v1/tasks/${id}`));
  const replay = (id: string, body?: object, headers = {}) =>
    test.send(`/v1/tasks/${id}/replay`, { method: "POST", headers, ...(body && { body }) });
  const replayAll = (body: object, headers = {}) =>
    test.send("/v1/dead-letters/replay", { method: "POST", body, headers });
  return { ...test, say, die, list, listed, show, replay, replayAll, mend: () => (isDown = false) };
}

/** Puts a dead task of Ann's, or one that ended otherwise, straight into the store. */
export async function keepDead({ documents }: Conea, index: number, changes: Partial<TaskDocument> = {}) {
  const id = idFrom("task", String(index));
  const completedAt = new Date(Date.parse("2025-12-31T00:00:00Z") + index).toISOString();
  const data = aTask({ id, queue: "main", model: "m", status: "dead", completedAt, ...changes });
  await documents.commit([{ op: "create", path: taskPath(id), data }]);
  return data;
}

export const keyed = (key: string) => ({ "Idempotency-Key": key });
