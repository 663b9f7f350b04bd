import {
  type AllowanceDocument,
  allowancePath,
  toTotal,
} from "../../shared/allowances/allowance-document.ts";
import type { Documents, Query, Write } from "../../shared/platform/documents.ts";
import { type QueueDocument, queuePath } from "../../shared/queue/queue-document.ts";
import type { TaskDocument } from "../../shared/tasks/task-document.ts";
import type { BreakerMove, History, TaskChange } from "./history.ts";

export type RecordParts = {
  documents: Documents;
  /** The same documents, where the recorder looks for itself and nobody counts it. */
  store: Documents;
  by: string;
  history: History;
};

/**
 * The shared store as one instance reaches it, below every fault: what is recorded here took effect. Tells of each read of a
 * queue, each look at a line (with the whole line at that moment) and each commit.
 */
export function recordDocuments({ documents, store, by, history }: RecordParts): Documents {
  return {
    ...documents,
    async get(path) {
      const found = await documents.get(path);
      const queue = topLevelId("queues", path);
      if (queue && found) history.record({ kind: "queueRead", queue, by, updateTime: found.updateTime });
      // The caller's type parameter is lost in an object literal; the value is the store's, unchanged.
      return found as never;
    },
    async query(query) {
      const found = await documents.query(query);
      const queue = lineOf(query);
      if (queue) history.record({ kind: "line", queue, by, ready: await readLine(store, query) });
      return found as never;
    },
    async commit(writes) {
      const queues = writes.flatMap(({ path }) => topLevelId("queues", path) ?? []);
      const [before, breakersBefore] = [await readTasks(store, writes), await readBreakers(store, queues)];
      const times = await documents.commit(writes);
      for (const { id, ...one } of await readAllowances(store, writes))
        history.record({ kind: "allowance", id, total: toTotal(one), limit: one.limit, by });
      const [after, breakersAfter] = [await readTasks(store, writes), await readBreakers(store, queues)];
      const changed = [...before].map(
        ([id, task]): TaskChange => ({ id, before: task, after: after.get(id) }),
      );
      const kept = changed.flatMap(toKept);
      if (kept.length > 0) history.record({ kind: "committed", by, tasks: kept, queues: [], breakers: [] });
      const tasks = changed.map((change) => toClaim(change, kept));
      const breakers = queues.flatMap((queue, index): BreakerMove[] => {
        const [from = "closed", to = "closed"] = [breakersBefore[index], breakersAfter[index]];
        return from === to ? [] : [{ queue, before: from, after: to }];
      });
      if (tasks.length > 0 || queues.length > 0)
        history.record({ kind: "committed", by, tasks, queues, breakers });
      return times;
    },
  };
}

/** A task that was kept and claimed by one commit was kept, in line, and then claimed. */
function toKept({ id, before, after }: TaskChange): TaskChange[] {
  if (before || after?.status !== "running") return [];
  const { startedAt, leaseUntil, startBy, ...task } = after;
  const ready: TaskDocument = {
    ...task,
    status: "ready",
    epoch: task.epoch - 1,
    attemptCount: task.attemptCount - 1,
    eventSequence: task.eventSequence - 1,
    recentEvents: task.recentEvents.slice(0, -1),
    unpublished: true,
  };
  return [{ id, before, after: ready }];
}

function toClaim(change: TaskChange, kept: TaskChange[]): TaskChange {
  const found = kept.find(({ id }) => id === change.id);
  return found ? { ...change, before: found.after, isNewcomer: true } : change;
}

async function readTasks(store: Documents, writes: Write[]): Promise<Map<string, TaskDocument | undefined>> {
  const ids = new Set(writes.flatMap(({ path }) => topLevelId("tasks", path) ?? []));
  const read = [...ids].map(async (id): Promise<[string, TaskDocument | undefined]> => {
    const snapshot = await store.get<TaskDocument>(`tasks/${id}`);
    return [id, snapshot?.data];
  });
  return new Map(await Promise.all(read));
}

async function readAllowances(
  store: Documents,
  writes: Write[],
): Promise<(AllowanceDocument & { id: string })[]> {
  const ids = [...new Set(writes.flatMap(({ path }) => topLevelId("allowances", path) ?? []))];
  const found = await Promise.all(ids.map((id) => store.get<AllowanceDocument>(allowancePath(id))));
  return found.flatMap((snapshot) => (snapshot ? [{ ...snapshot.data, id: snapshot.id }] : []));
}

async function readBreakers(store: Documents, queues: string[]) {
  const read = queues.map((queue) => store.get<QueueDocument>(queuePath(queue)));
  return (await Promise.all(read)).map((snapshot) => snapshot?.data.breaker.state);
}

/** The whole line that a claim looks at the head of, in its true order. */
async function readLine(store: Documents, { collection, where = [] }: Query) {
  const line = await store.query<TaskDocument>({
    collection,
    where,
    orderBy: [
      ["priority", "asc"],
      ["sequence", "asc"],
    ],
  });
  return line.map(({ id, data: { priority, sequence } }) => ({ id, priority, sequence }));
}

/** The queue whose ready tasks a query asks for; `undefined` for every other query. Who diverts tasks sees no line. */
function lineOf({ collection, where = [] }: Query): string | undefined {
  if (collection !== "tasks" || where.some(([field]) => field === "hasRoute")) return undefined;
  const isReady = where.some(([field, op, value]) => field === "status" && op === "==" && value === "ready");
  const queue = where.find(([field]) => field === "queue")?.[2];
  return isReady && typeof queue === "string" ? queue : undefined;
}

function topLevelId(collection: string, path: string): string | undefined {
  const [first, id, ...rest] = path.split("/");
  return first === collection && rest.length === 0 ? id : undefined;
}
