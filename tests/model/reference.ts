import { type TaskStatus, terminalStatuses } from "../../shared/api/task-type.ts";
import { createReferenceQueue, type ModelTask } from "./reference-queue.ts";
import { type Person, people, pick, type Step } from "./steps.ts";

/** What an answer must be. What is absent is not looked at. */
export type Expected = {
  status: number;
  code?: string;
  taskStatus?: TaskStatus;
  isReplayed?: boolean;
  task?: ModelTask;
};

const refused = (status: number, code: string): Expected => ({ status, code });
const forbidden = refused(403, "forbidden");
const notFound = refused(404, "not_found");
const conflict = refused(409, "conflict");
const replayable: ReadonlySet<TaskStatus> = new Set(["dead", "failed", "cancelled", "expired"]);

/** The moment, in seconds since the beginning, that a wish for later means. */
export const laterAt = 60;

/** What the interface must answer, from what it was asked before. Knows nothing of how it is done. */
export function createReference() {
  const queue = createReferenceQueue();
  const requests = new Map<string, { task: ModelTask; request: string }>();

  const isVisible = (person: Person, { tenant, user, deleted }: ModelTask) => {
    const { role, ...own } = people[person];
    return !deleted && tenant === own.tenant && (role !== "user" || user === own.user);
  };
  const find = (person: Person, which: number) => {
    const task = pick(queue.tasks, which);
    return task && isVisible(person, task) ? task : undefined;
  };

  /** Whoever only reads is refused first; then the task must be one of theirs; then `act` decides. */
  function change(person: Person, which: number, act: (task: ModelTask) => Expected): Expected {
    if (people[person].role === "viewer") return forbidden;
    const task = find(person, which);
    if (!task) return notFound;
    const expected = act(task);
    queue.comeToRest();
    return expected;
  }

  return {
    queue,
    submit({ who, wish, key, waits }: Extract<Step, { do: "submit" }>, text: string): Expected {
      const { tenant, user, role } = people[who];
      if (role === "viewer") return forbidden;
      const request = JSON.stringify([user, wish]);
      const name = `${tenant} ${key}`;
      const known = key === undefined ? undefined : requests.get(name);
      if (known && (known.request !== request || known.task.deleted))
        return refused(422, "idempotency_key_reused");
      if (known) {
        const isDone = terminalStatuses.has(known.task.status);
        const { task } = known;
        return { status: waits && isDone ? 200 : 202, taskStatus: task.status, isReplayed: true, task };
      }
      const { kind, priority, entity, isLater, expiresInSeconds } = wish;
      const waitsUntil = isLater && laterAt > queue.now() ? laterAt : undefined;
      const task: ModelTask = {
        ...{ id: "", text, tenant, user, kind, priority, entity },
        status: waitsUntil === undefined ? "ready" : "scheduled",
        order: queue.nextOrder(),
        deleted: false,
        attemptsUsed: 0,
        notBefore: waitsUntil,
        expiresAt: expiresInSeconds && queue.now() + expiresInSeconds,
      };
      queue.tasks.push(task);
      if (key !== undefined) requests.set(name, { task, request });
      const accepted = task.status;
      queue.comeToRest();
      const isDone = waits && terminalStatuses.has(task.status);
      return {
        status: isDone ? 200 : 202,
        taskStatus: waits ? task.status : accepted,
        isReplayed: false,
        task,
      };
    },
    get(person: Person, which: number): Expected {
      const task = find(person, which);
      return task ? { status: 200, taskStatus: task.status, task } : notFound;
    },
    cancel: (person: Person, which: number) =>
      change(person, which, (task) => {
        if (terminalStatuses.has(task.status) && task.status !== "cancelled") return conflict;
        task.status = "cancelled";
        return { status: 200, taskStatus: "cancelled", task };
      }),
    delete: (person: Person, which: number) =>
      change(person, which, (task) => {
        if (!terminalStatuses.has(task.status)) return conflict;
        task.deleted = true;
        return { status: 204 };
      }),
    replay: (person: Person, which: number) =>
      change(person, which, (task) => {
        if (!replayable.has(task.status)) return conflict;
        queue.replay(task);
        return { status: 202, taskStatus: "ready", task };
      }),
    reprioritise: (person: Person, which: number, priority: number) =>
      change(person, which, (task) => {
        if (task.status !== "ready" && task.status !== "scheduled") return conflict;
        task.priority = priority;
        return { status: 200, taskStatus: task.status, task };
      }),
    operate(person: Person, act: () => void): Expected {
      if (people[person].role !== "admin") return forbidden;
      act();
      queue.comeToRest();
      return { status: 200 };
    },
    /** Newest first. */
    visible: (person: Person, status?: TaskStatus, entity?: string): ModelTask[] =>
      queue.tasks
        .filter((task) => isVisible(person, task))
        .filter((task) => status === undefined || task.status === status)
        .filter((task) => entity === undefined || task.entity === entity)
        .toSorted((a, b) => b.order - a.order),
  };
}

export type Reference = ReturnType<typeof createReference>;
