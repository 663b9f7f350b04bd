import { expect, it } from "vitest";
import { openBounded, price, writesAll } from "../tasks/allowance-use.fixture.ts";
import { aChat } from "../tasks/conea.fixture.ts";
import { taskPath } from "../tasks/task-document.ts";
import { freshRescue } from "./decide-rescue.ts";
import { divertWaiting } from "./divert-waiting.ts";

const dear = { inputMicros: 1_000_000, cachedInputMicros: 1_000_000, outputMicros: 100_000_000 };
const input = { messages: [{ role: "user" as const, content: "Hi" }], maxOutputTokens: 300 };

/** A task waits at `main`, whose place is taken, and may go to the dearer `second`. */
async function openWaiting(micros: number) {
  const { provider } = writesAll(7);
  const options = { provider, limits: { requests: "1/min" }, second: true, secondModel: { price: dear } };
  const allowances = { roles: { user: { micros: `${micros}/month` } } };
  const test = await openBounded(allowances, { ...options, model: { price, fallbacks: ["n"] } });
  const { task } = await test.submit(aChat({ model: "m", input }), undefined, { startsHere: true });
  return { ...test, task };
}

it("a task that is diverted to a dearer candidate reserves the difference in the same write", async () => {
  const { conea, read, task } = await openWaiting(1_000_000);
  expect(await divertWaiting(conea, "main")).toEqual([{ id: task.id, queue: "second" }]);
  const diverted = await read(task.id);
  const sum = (reserved = task.reserved) => (reserved ?? []).reduce((total, one) => total + one.amount, 0);
  expect(sum(diverted.reserved)).toBeGreaterThan(30_000);
  expect(sum()).toBeLessThan(10_000);
  expect(diverted.outputCap).toBe(300);
});

it("a task stays where it is when a dearer candidate is not paid, with all that it had reserved", async () => {
  const { conea, read, task } = await openWaiting(10_000);
  expect(await divertWaiting(conea, "main")).toEqual([]);
  expect(await read(task.id)).toMatchObject({ queue: "main", reserved: task.reserved });
});

it("a task does not go to a candidate before the time that one asked it to wait for", async () => {
  const { conea, clock, task } = await openWaiting(1_000_000);
  const quietUntil = [0, clock.now() + 30_000];
  const rescue = { ...freshRescue, quietUntil };
  await conea.documents.commit([{ op: "update", path: taskPath(task.id), fields: { rescue } }]);
  expect(await divertWaiting(conea, "main")).toEqual([]);
  await clock.advance(30_001);
  expect(await divertWaiting(conea, "main")).toEqual([{ id: task.id, queue: "second" }]);
});
