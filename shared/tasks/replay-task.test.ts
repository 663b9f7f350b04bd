import { expect, it } from "vitest";
import { ann, openTestConea } from "./conea.fixture.ts";
import { replayTask } from "./replay-task.ts";
import { aTask } from "./task.fixture.ts";
import { taskPath } from "./task-document.ts";

it.each([
  [{}, undefined],
  [{ heldBy: "process_a" }, "conflict"],
])("runs an ended task again if its content was kept (%j)", async (held, code) => {
  const { conea, read } = await openTestConea();
  const task = aTask({ status: "dead", queue: "main", model: "m", ...held });
  await conea.documents.commit([{ op: "create", path: taskPath(task.id), data: task }]);
  const refusal = await replayTask(conea, ann, task.id).then(
    () => undefined,
    (error) => error.code,
  );
  expect(refusal).toBe(code);
  expect((await read(task.id)).epoch > task.epoch).toBe(code === undefined);
});
