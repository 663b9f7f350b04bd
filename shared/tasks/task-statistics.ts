import type { Principal } from "../access/principal.ts";
import { TaskStatus, type TaskType } from "../api/task-type.ts";
import { totalTokens } from "../api/usage.ts";
import type { ConeaConfig } from "../config/conea-config.ts";
import { fromTime } from "../core/clock.ts";
import type { Filter } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import type { TaskDocument } from "./task-document.ts";
import { toQuery } from "./task-repository.ts";

type Deps = Pick<Platform, "documents">;

/** Averages are over this many tasks, the last that succeeded: a read for each. */
export const averagedTasks = 500;

/** How many tasks a principal may see, by status; a read for each thousand. */
export async function countTasksByStatus(
  { documents }: Deps,
  principal: Principal,
  ...filters: Filter[]
): Promise<Record<TaskStatus, number>> {
  const counts = await Promise.all(
    TaskStatus.options.map(async (status) => {
      const query = toQuery(principal, [...filters, ["status", "==", status]]);
      return [status, await documents.count(query)] as const;
    }),
  );
  return Object.fromEntries(counts) as Record<TaskStatus, number>;
}

/**
 * Milliseconds from first start to success, retries and their waits included, on average of the last 500 that succeeded.
 * `undefined` when none has.
 */
export async function averageProcessingMs(
  deps: Deps,
  principal: Principal,
  { type, provider }: { type?: TaskType; provider?: string } = {},
): Promise<number | undefined> {
  const recent = await readSucceeded(deps, principal, [
    ...(type === undefined ? [] : [["type", "==", type] satisfies Filter]),
    ...(provider === undefined ? [] : [["queue", "==", provider] satisfies Filter]),
  ]);
  return average(recent.map(toProcessingMs));
}

export type ProviderStatistics = {
  provider: string;
  byStatus: Record<TaskStatus, number>;
  /** Of those that ended by their own: succeeded, failed or dead. `undefined` when none has. */
  successRate: number | undefined;
  /** As `averageProcessingMs`. */
  averageMs: number | undefined;
  /** Tokens of the tasks averaged, read and written together. */
  averageTokens: number | undefined;
};

/** What became of the tasks at each configured provider: those that are in its queue, or ended there. */
export function statisticsByProvider(
  deps: Deps & { config: ConeaConfig },
  principal: Principal,
): Promise<ProviderStatistics[]> {
  return Promise.all(
    Object.keys(deps.config.providers).map((provider) => toStatistics(deps, principal, provider)),
  );
}

async function toStatistics(deps: Deps, principal: Principal, provider: string): Promise<ProviderStatistics> {
  const atProvider: Filter = ["queue", "==", provider];
  const [byStatus, recent] = await Promise.all([
    countTasksByStatus(deps, principal, atProvider),
    readSucceeded(deps, principal, [atProvider]),
  ]);
  const ended = byStatus.succeeded + byStatus.failed + byStatus.dead;
  return {
    provider,
    byStatus,
    successRate: ended === 0 ? undefined : byStatus.succeeded / ended,
    averageMs: average(recent.map(toProcessingMs)),
    averageTokens: average(recent.map(({ usage }) => totalTokens(usage))),
  };
}

async function readSucceeded({ documents }: Deps, principal: Principal, filters: Filter[]) {
  const found = await documents.query<TaskDocument>({
    ...toQuery(principal, [...filters, ["status", "==", "succeeded"]]),
    orderBy: [["completedAt", "desc"]],
    limit: averagedTasks,
  });
  return found.map(({ data }) => data);
}

function toProcessingMs({ startedAt, completedAt, createdAt }: TaskDocument): number {
  return fromTime(completedAt ?? createdAt) - fromTime(startedAt ?? createdAt);
}

function average(numbers: number[]): number | undefined {
  if (numbers.length === 0) return undefined;
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
