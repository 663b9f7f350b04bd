import { z } from "zod";
import { resultSchemas, StoredJson, type TaskResult } from "../api/results.ts";
import type { TaskType } from "../api/task-type.ts";
import { fromTime } from "../core/clock.ts";

/** Who makes the call that others wait for, and until when they do. */
const CacheClaim = z.object({ leader: z.string(), until: z.iso.datetime() });
export type CacheClaim = z.infer<typeof CacheClaim>;

/** An answer as it is kept: its files, and its JSON where that is large, are in Blobs beside it. */
const KeptAnswer = z.object({
  /** As the task's type has it; its links lead nowhere and are made anew where they are used. */
  result: z.unknown(),
  /** What the call cost that gave it, where that is known. */
  costMicros: z.int().nonnegative().optional(),
  keptAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});

/** `cache/{CacheKey}`. */
export const CacheEntry = z.object({
  tenant: z.string(),
  type: z.string(),
  answer: KeptAnswer.optional(),
  claim: CacheClaim.optional(),
  /** When neither is of use any more. */
  deleteAt: z.iso.datetime(),
});
export type CacheEntry = z.infer<typeof CacheEntry>;

export type Answer = {
  result: TaskResult | StoredJson;
  costMicros?: number | undefined;
  keptAt: string;
  expiresAt: string;
};

export type Wanted = { tenant: string; type: TaskType; maxAgeMs: number };

/** The answer of an entry, unless it is too old, another tenant's or not what a task of that type gives. */
export function readAnswer(
  entry: CacheEntry,
  { tenant, type, maxAgeMs }: Wanted,
  now: number,
): Answer | undefined {
  if (entry.tenant !== tenant || entry.type !== type || !entry.answer) return undefined;
  if (!isFresh(entry.answer, maxAgeMs, now)) return undefined;
  const result = z.union([resultSchemas[type], StoredJson]).safeParse(entry.answer.result);
  return result.success ? { ...entry.answer, result: result.data } : undefined;
}

export function isFresh(
  { keptAt, expiresAt }: Pick<Answer, "keptAt" | "expiresAt">,
  maxAgeMs: number,
  now: number,
): boolean {
  return now < fromTime(expiresAt) && now < fromTime(keptAt) + maxAgeMs;
}

/** The claim of an entry while others are to wait for it. */
export function readClaim(entry: CacheEntry, tenant: string, now: number): CacheClaim | undefined {
  const { claim } = entry;
  return entry.tenant === tenant && claim && now < fromTime(claim.until) ? claim : undefined;
}
