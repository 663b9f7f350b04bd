import { freezeDeep } from "../core/freeze-deep.ts";
import type { Documents, Query, Snapshot } from "../platform/documents.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import type { Queue } from "./queue-document.ts";
import type { Room } from "./room.ts";

/** The heads of the line, past those that only another process can run: their turn is when that one looks. */
export async function readOpenHeads(
  documents: Documents,
  queueId: string,
  limit: number,
  isOpen: (head: Snapshot<TaskDocument>) => boolean,
): Promise<Snapshot<TaskDocument>[]> {
  for (let passed = 0; ; ) {
    const heads = await readHeads(documents, queueId, limit + passed);
    const open = heads.filter(isOpen);
    const left = heads.length - open.length;
    if (left <= passed || heads.length < limit + passed) return open.slice(0, limit);
    passed = 2 * left;
  }
}

function readHeads(documents: Documents, queueId: string, limit: number): Promise<Snapshot<TaskDocument>[]> {
  return documents.query<TaskDocument>(toQuery(queueId, limit));
}

/** Queries of claims, which ask for the same again and again: frozen, so that a store may keep what it has made of them. */
const queries = new Map<string, Query>();
const mostQueries = 1_000;

function toQuery(queueId: string, limit: number): Query {
  const name = `${limit} ${queueId}`;
  const query = queries.get(name) ?? freezeDeep(makeQuery(queueId, limit));
  if (queries.size >= mostQueries) queries.clear();
  queries.set(name, query);
  return query;
}

function makeQuery(queueId: string, limit: number): Query {
  return {
    collection: "tasks",
    where: [
      ["queue", "==", queueId],
      ["status", "==", "ready"],
    ],
    orderBy: [
      ["priority", "asc"],
      ["sequence", "asc"],
    ],
    limit,
  };
}

/** What a task is taken to be charged where nothing is known of a queue's tasks. */
const usualTokens = 1_000;

/** No more heads than the tokens are likely to last for; where they last longer, the next look follows at once. */
export function headsWorthReading({ tokens }: Room, { limits }: Queue, tokensEach = usualTokens): number {
  if (!limits.tokens) return Number.POSITIVE_INFINITY;
  return 1 + Math.max(0, Math.floor(tokens / Math.max(1, tokensEach)));
}
