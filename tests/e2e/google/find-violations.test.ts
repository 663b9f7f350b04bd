import { expect, it } from "vitest";
import type { TaskEvent } from "../../../shared/api/events.ts";
import type { Attempt, Task } from "../../../shared/api/task.ts";
import type { TaskStatus } from "../../../shared/api/task-type.ts";
import { createEventRecord } from "./create-event-record.ts";
import { findViolations, type Seen } from "./find-violations.ts";
import type { Submitted } from "./submit-load.ts";

const time = "2026-11-25T10:00:00.000Z";
const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 3 };
const prompt = '"task 1"';

function anAttempt(fields: Partial<Attempt> = {}): Attempt {
  return { n: 1, provider: "q", startedAt: time, endedAt: time, outcome: "succeeded", usage, ...fields };
}

const task: Task = {
  ...{ id: "t1", type: "chat", status: "succeeded", queue: "q", priority: 5, stream: false, usage },
  input: { messages: [{ role: "user", content: "task 1" }] },
  result: { text: "call 1 says yes", finishReason: "stop" },
  attempts: [anAttempt()],
  cost: { known: false },
  createdBy: "root",
  createdAt: time,
};
const call = { id: 1, queue: "q", key: "k", prompt, beganAt: 0, endedAt: 9, how: "answered" as const };
const statuses = new Map<string, TaskStatus>([
  ["task.accepted", "ready"],
  ["task.started", "running"],
]);
const accepted = anEvent(1, "task.accepted");
const started = anEvent(2, "task.started");
const succeeded = anEvent(3, "task.succeeded");

function anEvent(sequence: number, type: TaskEvent["type"]): TaskEvent {
  const status = statuses.get(type) ?? "succeeded";
  const of = { id: "t1", type: "chat", status, queue: "q", createdBy: "root" } as const;
  return { id: `t1.${sequence}`, type, sequence, time, tenant: "acme", task: of };
}

type World = Omit<Partial<Seen>, "submitted" | "events"> & {
  submitted?: Partial<Submitted>;
  told?: TaskEvent[];
};

async function look({
  submitted,
  told = [accepted, started, succeeded, accepted],
  ...seen
}: World): Promise<string[]> {
  const events = createEventRecord(1);
  for (const event of told) await events.take(event);
  const one = { id: "t1", prompt, queue: "q", again: [], ...submitted };
  return findViolations({ tasks: [task], calls: [call], ...seen, submitted: [one], events });
}

it("finds nothing where every promise holds, however often an event comes", async () => {
  expect(await look({})).toEqual([]);
  const lost = anAttempt({ outcome: "lost", usage: undefined });
  const again = [anEvent(3, "task.started"), anEvent(4, "task.succeeded")];
  expect(
    await look({
      tasks: [{ ...task, attempts: [lost, anAttempt()] }],
      told: [accepted, started, ...again],
    }),
  ).toEqual([]);
});

it.each<[string, World]>([
  ["is lost", { tasks: [] }],
  ["was never acknowledged", { tasks: [task, { ...task, id: "t2" }] }],
  ["has not ended", { tasks: [{ ...task, status: "running" }] }],
  ["was created twice", { submitted: { again: ["t2"] } }],
  ["was cancelled, and is not", { submitted: { cancel: "done" } }],
  ["is cancelled, and was not", { tasks: [{ ...task, status: "cancelled" }] }],
  ["tokens, its attempts 2", { tasks: [{ ...task, attempts: [anAttempt(), anAttempt()] }] }],
  ["a result that is not its own", { calls: [{ ...call, prompt: '"task 2"' }] }],
  ["a result that is not its own", { calls: [{ ...call, how: "left" }] }],
  ["2 attempts that succeeded", { tasks: [{ ...task, attempts: [anAttempt(), anAttempt()] }] }],
  ["called for 2 times in 1 attempts", { calls: [call, { ...call, id: 2 }] }],
  ["1 attempts of 0 calls", { calls: [] }],
  ["has a gap: events 3", { told: [succeeded] }],
  ["started 0 times", { told: [accepted, anEvent(2, "task.succeeded")] }],
  ["ended 0 times", { told: [accepted] }],
  ["ended 2 times", { told: [accepted, started, succeeded, anEvent(4, "task.succeeded")] }],
  ["last told to be task.accepted", { told: [accepted] }],
  ["is two different events", { told: [accepted, started, succeeded, anEvent(3, "task.dead")] }],
])("finds that a task %s", async (sentence, world) => {
  expect(await look(world)).toContainEqual(expect.stringContaining(sentence));
});
