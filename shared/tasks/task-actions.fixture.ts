import type { TaskStatus } from "../api/task-type.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Snapshot, WriteTime } from "../platform/documents.ts";
import { claimTasks } from "../queue/claim-tasks.ts";
import { promoteDue } from "../queue/promote-due.ts";
import { sweep } from "../queue/sweep.ts";
import { cancelTask, deleteTask } from "./change-task.ts";
import { admin, openTestConea } from "./conea.fixture.ts";
import { toQueue } from "./create-runner.ts";
import { moveToDeadLetters } from "./move-to-dead-letters.ts";
import type { Outcome } from "./next-state.ts";
import { replayTask } from "./replay-task.ts";
import { reprioritiseTask } from "./reprioritise-task.ts";
import { settleAttempt } from "./settle-attempt.ts";
import { aTask } from "./task.fixture.ts";
import { type TaskDocument, taskPath } from "./task-document.ts";

/** One task in a store of its own, which only the actions of a test change. */
export type TaskWorld = Awaited<ReturnType<typeof openTaskWorld>>;

/** What a worker holds that has claimed the task: the fence is stale once anybody has written it since. */
type Held = { task: TaskDocument; fence: WriteTime };

const path = taskPath(aTask().id);
const past = "2020-01-01T00:00:00.000Z";
const future = "2030-01-01T00:00:00.000Z";

/** The fields that go with each status. */
const fieldsOf: Record<TaskStatus, Partial<TaskDocument>> = {
  ready: {},
  scheduled: { notBefore: future },
  running: { epoch: 1, attemptCount: 1, leaseUntil: future, startBy: past },
  succeeded: { completedAt: past },
  failed: { completedAt: past },
  dead: { completedAt: past },
  cancelled: { completedAt: past },
  expired: { completedAt: past },
};

/** A task in this status, once held by a worker: by one that may still settle it where it is running. */
export async function openTaskWorld(status: TaskStatus, changes: Partial<TaskDocument> = {}) {
  const { conea, clock } = await openTestConea();
  const claimed = aTask({ queue: "main", model: "m", status: "running", ...fieldsOf.running, ...changes });
  const [fence = ""] = await conea.documents.commit([{ op: "create", path, data: claimed }]);
  let held: Held = { task: claimed, fence };
  if (status !== "running") {
    const data = { ...claimed, ...fieldsOf[status], leaseUntil: undefined, status, ...changes };
    await conea.documents.commit([{ op: "set", path, data }]);
  }
  const read = async (): Promise<Snapshot<TaskDocument>> => {
    const snapshot = await conea.documents.get<TaskDocument>(path);
    if (!snapshot) throw new Error("the task is gone");
    return snapshot;
  };
  const change = async (fields: Partial<TaskDocument>) => {
    await conea.documents.commit([{ op: "update", path, fields }]);
  };
  return {
    conea,
    clock,
    read,
    change,
    held: () => held,
    hold(next: Held) {
      held = next;
    },
  };
}

/** A refusal is an answer too: `conflict`, or `not_found` for a task that was deleted. */
async function unlessRefused(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof ConeaError && ["conflict", "not_found"].includes(error.code))) throw error;
  }
}

const settleWith =
  (outcome: Outcome) =>
  async ({ conea, held, clock }: TaskWorld): Promise<void> => {
    await settleAttempt(conea, held(), outcome, { provider: "main", startedAt: clock.now() });
  };

const overloaded = { code: "provider_overloaded", message: "…", retryable: true };
const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 };
const failed: Outcome = { kind: "failed", error: overloaded, rateLimited: false };

/** Everything that may happen to a task, by the functions that do it. */
export const taskActions = {
  async claim(world: TaskWorld) {
    const queue = toQueue(world.conea.config, "main");
    if (!queue) throw new Error("no queue");
    const { claimed } = await claimTasks(world.conea, { queue, atMost: 1 });
    for (const { task, fence } of claimed) world.hold({ task, fence });
  },
  "settle: succeeded": settleWith({
    kind: "succeeded",
    result: { text: "Hi", finishReason: "stop" },
    usage,
  }),
  "settle: failed for good": settleWith({ ...failed, error: { ...overloaded, retryable: false } }),
  "settle: failed, to be tried again": settleWith(failed),
  "settle: rate limited": settleWith({ ...failed, rateLimited: true }),
  "settle: interrupted": settleWith({ kind: "interrupted" }),
  "settle: lost": settleWith({ kind: "lost" }),
  "settle: returned": settleWith({ kind: "returned" }),
  cancel: ({ conea }: TaskWorld) =>
    unlessRefused(() => cancelTask({ ...conea, abort: () => true }, admin, aTask().id)),
  delete: ({ conea }: TaskWorld) => unlessRefused(() => deleteTask(conea, admin, aTask().id)),
  replay: ({ conea }: TaskWorld) => unlessRefused(() => replayTask(conea, admin, aTask().id)),
  reprioritise: ({ conea }: TaskWorld) => unlessRefused(() => reprioritiseTask(conea, admin, aTask().id, 0)),
  "move to dead letters": ({ conea }: TaskWorld) =>
    unlessRefused(() => moveToDeadLetters(conea, admin, aTask().id)),
  async "promote: due"(world: TaskWorld) {
    if ((await world.read()).data.notBefore) await world.change({ notBefore: past });
    await promoteDue(world.conea, "main");
  },
  async "sweep: not started in time"(world: TaskWorld) {
    await world.change({ expiresAt: past });
    await sweep(world.conea);
  },
  async "sweep: lease ran out"(world: TaskWorld) {
    if ((await world.read()).data.leaseUntil) await world.change({ leaseUntil: past });
    await sweep(world.conea);
  },
  async "sweep: nothing to repair"(world: TaskWorld) {
    await sweep(world.conea);
  },
  async "claim: too old"(world: TaskWorld) {
    await world.change({ expiresAt: toTime(world.clock.now()) });
    await taskActions.claim(world);
  },
};

export type TaskAction = keyof typeof taskActions;
export const taskActionNames = Object.keys(taskActions) as TaskAction[];
