import { expect, it } from "vitest";
import { sweep } from "../queue/sweep.ts";
import { price } from "../tasks/allowance-use.fixture.ts";
import { admin, ann } from "../tasks/conea.fixture.ts";
import { openBatches, someLines } from "./batches.fixture.ts";
import { cancelBatch } from "./cancel-batch.ts";

it("a batch whose owner's allowance is used up waits, and goes on when it renews: no line is refused", async () => {
  const test = await openBatches({ allowances: { roles: { user: { requests: "5/hour" } } } });
  const { id } = await test.create(someLines(12));
  for (let round = 0; round < 10; round++) {
    await test.drive(id);
    await test.clock.advance(1_000);
  }
  expect(await test.read(id)).toMatchObject({ phase: "running", fed: 5, refused: 0 });
  const batch = await finishHourly(test, id);
  expect(batch).toMatchObject({ phase: "ended", total: 12, completed: 12, refused: 0, failed: 0 });
});

async function finishHourly(test: Awaited<ReturnType<typeof openBatches>>, id: string) {
  for (let hour = 0; hour < 5; hour++) {
    for (let round = 0; round < 5; round++) {
      if ((await test.drive(id)) === "ended") return test.read(id);
      await test.clock.advance(5_000);
    }
    await test.clock.advance(3_600_000);
  }
  throw new Error(`batch ${id} did not end`);
}

it("lines count against the key and the role of whoever asked for the batch, and are settled with the truth", async () => {
  const allowances = { key: { micros: "1000000/month" }, roles: { user: { requests: "1/hour" } } };
  const test = await openBatches({ allowances, model: { price } });
  const owner = { ...admin, keyId: "key_7" };
  const { id } = await test.create(someLines(6), owner);
  expect(await test.read(id)).toMatchObject({ keyId: "key_7", role: "admin" });
  const batch = await test.finish(id);
  expect(batch).toMatchObject({ completed: 6, refused: 0 });
  for (const task of await test.tasksOf(id)) expect(task).toMatchObject({ keyId: "key_7" });
  await test.clock.advance(2_000);
  const [state] = await test.deps.allowances.read(owner);
  expect(state).toMatchObject({ scope: "key", measure: "micros", spent: 6 * 53, reserved: 0 });
});

it("lines that a cancel takes out of their line give back what they had reserved", async () => {
  const options = { allowances: { roles: { user: { micros: "10000000/month" } } }, model: { price } };
  const test = await openBatches({ ...options, limits: { requests: "1/min" } });
  const { id } = await test.create(someLines(5));
  await test.drive(id);
  await cancelBatch(test.deps, ann, id);
  await test.finish(id);
  await sweep(test.deps);
  const [state] = await test.deps.allowances.read(ann);
  const tasks = await test.tasksOf(id);
  const cost = tasks.reduce((sum, task) => sum + (task.cost.micros ?? 0), 0);
  expect(tasks.some(({ status }) => status === "cancelled")).toBe(true);
  expect(state).toMatchObject({ spent: cost, reserved: 0 });
});
