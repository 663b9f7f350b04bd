import type { EmbeddingInput, TaskInput } from "../api/inputs.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import type { Answer } from "./cache-entry.ts";
import { type CacheKey, toInputDigest } from "./cache-key.ts";
import { giveFiles, giveJson } from "./cached-files.ts";
import { type Asked, type Caching, toWanted } from "./caching.ts";
import type { Entries } from "./create-entries.ts";
import type { Leaders } from "./create-leaders.ts";
import type { KnownVectors } from "./create-vectors.ts";
import { assemble, textsOf } from "./embed-rest.ts";
import { readContents } from "./read-contents.ts";
import { toHit } from "./to-hit.ts";

export type PrepareDeps = Pick<Platform, "blobs" | "clock"> & {
  log: Log;
  entries: Entries;
  leaders: Leaders;
  vectors: KnownVectors;
  keyOf: (task: TaskDocument, caching: Caching) => Promise<CacheKey>;
};

/** A task that uses the cache, as it is to be kept: see `Cache.prepare`. */
export async function prepareTask(
  deps: PrepareDeps,
  draft: TaskDocument,
  input: TaskInput,
  { coalesce, ...asked }: Asked,
): Promise<TaskDocument> {
  const digest = toInputDigest(input, await readContents(deps, draft, input));
  const caching: Caching = { ...asked, digest };
  const task: TaskDocument = { ...draft, cache: "miss", caching };
  // Who wants a new answer does not wait for an older call's either.
  if (!caching.reads) return task;
  // What waits for a time is answered then.
  if (task.status !== "ready") return { ...task, caching: { ...caching, looksAgain: true } };
  if (task.type !== "embedding") return coalesce ? join(deps, task, caching) : find(deps, task, caching);
  const embedding = await findVectors(deps, task, input as EmbeddingInput, caching);
  return coalesce && embedding.status === "ready" ? join(deps, embedding, caching) : embedding;
}

async function find(deps: PrepareDeps, task: TaskDocument, caching: Caching): Promise<TaskDocument> {
  const { answer } = await deps.entries.find(await deps.keyOf(task, caching), toWanted(task, caching));
  return answer ? withResult(deps, task, answer) : task;
}

/** One text that is known saves its part of the call; only all of them save the call. */
async function findVectors(
  deps: PrepareDeps,
  task: TaskDocument,
  input: EmbeddingInput,
  caching: Caching,
): Promise<TaskDocument> {
  const known = await deps.vectors.find(task, input, caching, "far");
  const result = assemble(textsOf(input), known);
  if (result)
    return { ...task, ...toHit(task, await giveJson(deps, task, result), { now: deps.clock.now() }) };
  if (known.size === 0) return task;
  return { ...task, cache: "partial", caching: { ...caching, looksAgain: true } };
}

async function join(deps: PrepareDeps, task: TaskDocument, caching: Caching): Promise<TaskDocument> {
  const key = await deps.keyOf(task, caching);
  const joined = await deps.leaders.join(task.id, key, toWanted(task, caching));
  if ("answer" in joined) return withResult(deps, task, joined.answer);
  const { leader, until: notBefore } = joined.claim;
  if (leader === task.id) return task;
  return { ...task, status: "scheduled", notBefore, caching: { ...caching, looksAgain: true, leader } };
}

/** A file of the entry that is gone makes it a miss. */
async function withResult(
  deps: PrepareDeps,
  task: TaskDocument,
  { result, costMicros }: Answer,
): Promise<TaskDocument> {
  try {
    const given = await giveFiles(deps, task, result);
    return { ...task, ...toHit(task, given, { now: deps.clock.now(), savedMicros: costMicros }) };
  } catch (error) {
    deps.log.warn("a cached answer could not be read", { taskId: task.id, ...toErrorField(error) });
    return task;
  }
}
