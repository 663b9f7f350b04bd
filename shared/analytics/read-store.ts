import type { TaskEvent } from "../api/events.ts";
import { TaskStatus, terminalStatuses } from "../api/task-type.ts";
import type { ConeaConfig } from "../config/conea-config.ts";
import type { Query, Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { keptAttempts, type TaskDocument } from "../tasks/task-document.ts";
import { recentEventsOf } from "../tasks/task-events.ts";
import type { Range } from "./read-rollups.ts";

export type StoreDeps = Pick<Platform, "documents"> & { config: ConeaConfig };

/** What the store tells of a range. */
export type Told = {
  events: TaskEvent[];
  /** The task remembers less than was told of it: its earlier events, or attempts, are gone. */
  isWhole: boolean;
  task: TaskDocument;
};

const pageSize = 300;

/**
 * Every task that may have an event in a range, deleted ones included, with its events of that range: those that have not ended,
 * then those that ended after its start. In this order, so that one that ends meanwhile is seen.
 */
export async function* readStore(deps: StoreDeps, range: Range): AsyncGenerator<Told> {
  const seen = new Set<string>();
  for (const query of await listQueries(deps, range)) {
    for await (const { data } of readPages(deps, query)) {
      if (seen.has(data.id)) continue;
      seen.add(data.id);
      const events = recentEventsOf(data).filter(({ time }) => time >= range.from && time < range.to);
      if (events.length > 0 || !isWhole(data)) yield { events, isWhole: isWhole(data), task: data };
    }
  }
}

/** Queues that have had a task, configured or not. */
async function listQueries({ documents, config }: StoreDeps, { from }: Range): Promise<Query[]> {
  const known = await documents.query({ collection: "queues" });
  const queues = [...new Set([...Object.keys(config.providers), ...known.map(({ id }) => id)])];
  const statuses = TaskStatus.options.toSorted(
    (one, other) => Number(terminalStatuses.has(one)) - Number(terminalStatuses.has(other)),
  );
  return statuses.flatMap((status) => queues.map((queue) => toQuery(queue, status, from)));
}

function toQuery(queue: string, status: TaskStatus, from: string): Query {
  const where: Query["where"] = [
    ["queue", "==", queue],
    ["status", "==", status],
  ];
  if (!terminalStatuses.has(status)) return { collection: "tasks", where, limit: pageSize };
  return {
    collection: "tasks",
    where: [...where, ["completedAt", ">=", from]],
    orderBy: [["completedAt", "desc"]],
    limit: pageSize,
  };
}

async function* readPages({ documents }: StoreDeps, query: Query): AsyncGenerator<Snapshot<TaskDocument>> {
  let page: Snapshot<TaskDocument>[] = [];
  do {
    const last = page.at(-1);
    const values = last && query.orderBy ? [last.data.completedAt ?? ""] : [];
    page = await documents.query<TaskDocument>({
      ...query,
      ...(last && { startAfter: { values, id: last.id } }),
    });
    yield* page;
  } while (page.length === pageSize);
}

/** All its events are remembered, and all its attempts. */
function isWhole({ eventSequence, recentEvents, attempts }: TaskDocument): boolean {
  const hasAllAttempts = attempts.length < keptAttempts || attempts[0]?.n === 1;
  return recentEvents.length === eventSequence && hasAllAttempts;
}
