import { describe, expect, it } from "vitest";
import { taskPath } from "../tasks/task-document.ts";
import { openBatches, someLines } from "./batches.fixture.ts";
import { stopLines } from "./stop-lines.ts";

/** A batch of two lines that wait. */
async function openWaiting() {
  const at = await openBatches();
  const { id } = await at.create(someLines(2));
  await at.drive(id);
  const [first, second] = await at.tasksOf(id);
  const change = (taskId: string | undefined, fields: object) =>
    at.deps.documents.commit([{ op: "update", path: taskPath(taskId ?? ""), fields }]);
  return { ...at, id, first, second, change };
}

describe("stopping the lines of a batch", () => {
  it("lets a line run on that starts in the same moment", async () => {
    const at = await openWaiting();
    const documents: typeof at.deps.documents = {
      ...at.deps.documents,
      async query(query) {
        const found = await at.deps.documents.query(query);
        await at.change(at.first?.id, { status: "running" });
        return found as never;
      },
    };
    expect(await stopLines({ ...at.deps, documents }, at.id)).toBe(1);
    expect((await at.tasksOf(at.id)).map(({ status }) => status)).toEqual(["running", "cancelled"]);
    await at.close();
  });

  it("stops a line that waits for another attempt, for good", async () => {
    const at = await openWaiting();
    await at.change(at.second?.id, { status: "scheduled", notBefore: "2026-01-01T01:00:00.000Z" });
    expect(await stopLines(at.deps, at.id)).toBe(2);
    const [, second] = await at.tasksOf(at.id);
    expect(second).toMatchObject({ status: "cancelled", completedAt: expect.any(String) });
    expect(second).not.toHaveProperty("notBefore");
    expect(second).not.toHaveProperty("unpublished");
    await at.close();
  });
});
