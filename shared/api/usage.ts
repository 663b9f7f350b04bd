import type { Task, Usage } from "./task.ts";

/** The tokens read, anew or from a cache. */
export function readTokens(usage: Usage): number {
  const { cacheWriteTokens = 0, audioInputTokens = 0, imageInputTokens = 0 } = usage;
  return usage.inputTokens + usage.cachedInputTokens + cacheWriteTokens + audioInputTokens + imageInputTokens;
}

/** The tokens written, thoughts included. */
export function writtenTokens(usage: Usage): number {
  const { reasoningTokens = 0, audioOutputTokens = 0, imageOutputTokens = 0 } = usage;
  return usage.outputTokens + reasoningTokens + audioOutputTokens + imageOutputTokens;
}

/** What limits and allowances of tokens count. */
export function totalTokens(usage: Usage): number {
  return readTokens(usage) + writtenTokens(usage);
}

/** Nothing of what is counted was used. */
export function isUnused(usage: Usage): boolean {
  return Object.values(usage).every((count) => !count);
}

/** Both together, class by class. */
export function addUsage(a: Usage, b: Usage | undefined): Usage {
  if (!b) return a;
  const sum: Usage = { ...a };
  for (const name of Object.keys(b) as (keyof Usage)[]) {
    const count = b[name];
    if (count) sum[name] = (sum[name] ?? 0) + count;
  }
  return sum;
}

/** What the answer of a task took by itself: a task also counts what its other attempts used. */
export function answerUsage({ usage, attempts }: Pick<Task, "usage" | "attempts">): Usage {
  return attempts.findLast(({ outcome }) => outcome === "succeeded")?.usage ?? usage;
}
