import type { CacheRequest } from "../api/cache.ts";
import type { EmbeddingInput, TaskInput } from "../api/inputs.ts";
import type { StoredJson, TaskResult } from "../api/results.ts";
import { toErrorField } from "../core/log.ts";
import { findModel } from "../routing/catalogue.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import type { Answer } from "./cache-entry.ts";
import type { CacheKey } from "./cache-key.ts";
import { keepFiles, loadResult } from "./cached-files.ts";
import { type Caching, toAsked, toWanted } from "./caching.ts";
import { createEntries } from "./create-entries.ts";
import { createKeys, type KeyDeps } from "./create-keys.ts";
import { createLeaders } from "./create-leaders.ts";
import { createVectors } from "./create-vectors.ts";
import { createLeaderEnd, type FollowDeps, followLeader } from "./follow-leader.ts";
import { isCacheable, isKeepable } from "./is-keepable.ts";
import { prepareTask } from "./prepare-task.ts";
import { callAll, type Recall, recallAll, recallVectors } from "./recall.ts";
import { tellOfHit } from "./tell-of-hit.ts";

export type Cache = {
  /**
   * A task that is about to be kept, as the cache has it: ended with its result, waiting for another that asks the same, or
   * with a note of what to do with its answer. As it was where it does not use the cache. Never rejects.
   */
  prepare(
    draft: TaskDocument,
    request: { input: TaskInput; cache?: CacheRequest | undefined },
  ): Promise<TaskDocument>;
  /** Does what is to be done for a prepared task once it is durable. Never rejects. */
  begin(task: TaskDocument): Promise<void>;
  /** A prepared task was not kept after all: nobody is to wait for it. Never rejects. */
  abandon(task: TaskDocument): Promise<void>;
  /** What is known by the time of a task's call. Never rejects. */
  recall(task: TaskDocument, input: TaskInput): Promise<Recall>;
  /** Keeps the result of a task that has been settled, and what its call cost where that is known. Returns at once; writing happens behind. */
  keep(task: TaskDocument, result: TaskResult | StoredJson, costMicros?: number): void;
  /** Resolves once all that was to be kept is written, or is given up. */
  untilKept(): Promise<void>;
};

/** Answers to the same requests of one tenant (docs/decisions/0039-the-response-cache.md). Off unless it is asked for. */
export function createCache(deps: FollowDeps & KeyDeps): Cache {
  const { clock, catalogue, config, log } = deps;
  const entries = createEntries(deps);
  const leaders = createLeaders({ clock, entries, log });
  const leaderEnd = createLeaderEnd(deps);
  const toKeys = createKeys(deps);
  const vectors = createVectors({ entries, toKeys });
  const writing = new Set<Promise<void>>();

  async function keyOf(task: TaskDocument, { digest }: Caching): Promise<CacheKey> {
    const [key] = await toKeys(task, [digest]);
    return key ?? Promise.reject(new Error("a task without a key"));
  }

  async function keepResult(
    task: TaskDocument,
    caching: Caching,
    { result, costMicros }: Pick<Answer, "result" | "costMicros">,
  ) {
    const { tenant, type } = task;
    const key = await keyOf(task, caching);
    if (!isKeepable(await loadResult(deps, type, result))) return leaders.forget(key);
    const kept = await keepFiles(deps, { tenant, key }, result);
    await entries.put({ tenant, type, ttlSeconds: caching.ttlSeconds }, [{ key, result: kept, costMicros }]);
  }

  function behind(taskId: string, write: Promise<void>): void {
    const done = write
      .catch((error) => log.warn("an answer was not kept", { taskId, ...toErrorField(error) }))
      .finally(() => writing.delete(done));
    writing.add(done);
  }

  async function follow(task: TaskDocument, caching: Caching): Promise<void> {
    if (!(await followLeader(deps, task, leaderEnd))) leaders.forget(await keyOf(task, caching));
  }

  async function recallVectorsOf(task: TaskDocument, input: EmbeddingInput, caching: Caching) {
    const where = caching.looksAgain ? "far" : "near";
    const known = caching.reads ? await vectors.find(task, input, caching, where) : new Map();
    return recallVectors(known, (fresh) => {
      if (caching.keeps && fresh.size > 0) behind(task.id, vectors.keep(task, input, caching, fresh));
    });
  }

  async function recallResult(task: TaskDocument, caching: Caching): Promise<Recall> {
    if (!caching.reads || givesFiles(task)) return callAll;
    const [key, wanted] = [await keyOf(task, caching), toWanted(task, caching)];
    const answer = caching.looksAgain ? (await entries.find(key, wanted)).answer : entries.near(key, wanted);
    if (!answer) return callAll;
    return recallAll(await loadResult(deps, task.type, answer.result), answer.costMicros);
  }

  const without = (task: TaskDocument, error: unknown) =>
    log.warn("a task goes on without the cache", { taskId: task.id, ...toErrorField(error) });

  return {
    async prepare(draft, { input, cache }) {
      try {
        const { model } = draft;
        const entry = model ? (findModel(config.models, model) ?? (await catalogue.find(model))) : undefined;
        const asked = toAsked(cache, entry?.cacheSeconds);
        if (!asked || !isCacheable(input)) return draft;
        return await prepareTask({ ...deps, entries, leaders, vectors, keyOf }, draft, input, asked);
      } catch (error) {
        without(draft, error);
        return draft;
      }
    },
    async begin(task) {
      if (task.status === "succeeded") return tellOfHit(deps, task);
      // It goes on behind the answer; what this process does not live to see, the task's own wake does.
      if (task.caching?.leader) void follow(task, task.caching).catch((error) => without(task, error));
    },
    async abandon(task) {
      const { caching } = task;
      if (!caching) return;
      await keyOf(task, caching)
        .then((key) => leaders.resign(task.id, key))
        .catch((error) => without(task, error));
    },
    async recall(task, input) {
      const { caching } = task;
      if (!caching) return callAll;
      try {
        if (task.type !== "embedding") return await recallResult(task, caching);
        return await recallVectorsOf(task, input as EmbeddingInput, caching);
      } catch (error) {
        without(task, error);
        return callAll;
      }
    },
    keep(task, result, costMicros) {
      const { caching } = task;
      if (!caching?.keeps || task.type === "embedding") return;
      behind(task.id, keepResult(task, caching, { result, costMicros }));
    },
    async untilKept() {
      await Promise.all(writing);
    },
  };
}

/** A call gives these as bytes, and an entry has them as files. */
function givesFiles({ type }: TaskDocument): boolean {
  return type === "speech" || type === "image_generation";
}
