import { status } from "@grpc/grpc-js";
import type { Clock } from "../../../shared/core/clock.ts";
import type { Dice } from "../../simulation/dice.ts";
import { GrpcError } from "../grpc-error.ts";
import { isGivenUp, toBackoffMs } from "./backoff.ts";
import { createDispatcher, type Delivery, type Dispatcher } from "./dispatcher.ts";
import { createPace } from "./pace.ts";
import type { QueueConfig } from "./queue-config.ts";
import type { SendTask, TaskAnswer } from "./send-task.ts";
import type { Task } from "./task.ts";
import type { Unkindness } from "./unkindness.ts";

export type QueueParts = {
  config: QueueConfig;
  clock: Clock;
  dice: Dice;
  unkindness: Unkindness;
  send: SendTask;
};

export type Queue = Pick<Dispatcher, "pause" | "resume" | "isPaused" | "settled"> & {
  config: QueueConfig;
  create(task: Task): void;
  get(name: string): Task;
  delete(name: string): void;
  list(): Task[];
  purge(): void;
};

/** One queue: its tasks, the names that stay taken, and what becomes of a task that was answered. */
export function createQueue({ config, clock, dice, unkindness, send }: QueueParts): Queue {
  const tasks = new Map<string, Task>();
  const nameFreeAt = new Map<string, number>();
  const pace = createPace(config);
  const { add, drop, ...dispatcher } = createDispatcher({
    ...{ clock, pace, run },
    concurrent: config.concurrent,
    ...(unkindness.disorder ? { dice } : {}),
  });

  function isTaken(name: string): boolean {
    return tasks.has(name) || clock.now() < (nameFreeAt.get(name) ?? 0);
  }

  function find(name: string): Task {
    const task = tasks.get(name);
    if (!task) throw new GrpcError(status.NOT_FOUND, "Requested entity was not found.");
    return task;
  }

  function end(name: string): void {
    if (tasks.delete(name)) nameFreeAt.set(name, clock.now() + unkindness.nameKeptMs);
  }

  function discard(names: ReadonlySet<string>): void {
    drop(names);
    for (const name of names) end(name);
  }

  async function run({ task, isEcho, dueAt }: Delivery): Promise<void> {
    if (isEcho) return void (await send({ ...task, dispatches: 1, responses: 0 }));
    const previous = task.last?.status === undefined ? undefined : String(task.last.status);
    const sentAt = clock.now();
    task.dispatches += 1;
    task.firstAt ??= sentAt;
    task.last = { scheduledAt: dueAt, sentAt };
    take(task, await send(task, previous));
  }

  function take(task: Task, answer: TaskAnswer): void {
    noteAnswer(task, answer.status, clock.now());
    if (isSuccess(answer)) {
      pace.recover(clock.now());
      end(task.name);
    } else {
      if (unkindness.slowDown && isOverload(answer)) pace.slowDown(clock.now(), answer.retryAfterMs);
      retry(task, answer);
    }
  }

  function retry(task: Task, { retryAfterMs }: TaskAnswer): void {
    if (!tasks.has(task.name)) return;
    const sinceFirstMs = clock.now() - (task.firstAt ?? clock.now());
    if (isGivenUp(config, task.dispatches, sinceFirstMs)) return void end(task.name);
    task.scheduledAt = clock.now() + Math.max(retryAfterMs, toBackoffMs(config, task.dispatches));
    add({ task, dueAt: task.scheduledAt, isEcho: false });
  }

  /** A task's name decides its fate, so that a seed means the same in whatever order tasks arrive. */
  function plan(task: Task): void {
    const fate = dice.fork(task.name);
    const lateMs = fate.chance(unkindness.late) ? fate.between(1, unkindness.lateUpToMs) : 0;
    const dueAt = task.scheduledAt + lateMs;
    add({ task, dueAt, isEcho: false });
    if (fate.chance(unkindness.duplicates))
      add({ task, dueAt: dueAt + fate.between(0, unkindness.duplicateWithinMs), isEcho: true });
  }

  return {
    ...dispatcher,
    config,
    create(task) {
      if (isTaken(task.name)) throw new GrpcError(status.ALREADY_EXISTS, "Requested entity already exists");
      tasks.set(task.name, task);
      plan(task);
    },
    get: find,
    delete: (name) => discard(new Set([find(name).name])),
    list: () => [...tasks.values()],
    purge: () => discard(new Set(tasks.keys())),
  };
}

function noteAnswer(task: Task, code: number | undefined, now: number): void {
  if (code === undefined) return;
  task.responses += 1;
  if (task.last) task.last = { ...task.last, answeredAt: now, status: code };
}

function isSuccess({ status: code = 0 }: TaskAnswer): boolean {
  return code >= 200 && code < 300;
}

function isOverload({ status: code }: TaskAnswer): boolean {
  return code === 429 || code === 503;
}
