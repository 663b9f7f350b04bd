import { ownerFilter, type Principal } from "../access/principal.ts";
import type { Filter } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import type { TaskDocument } from "../tasks/task-document.ts";

/** From, and without, to: epoch ms. */
export type Period = { from: number; to: number };

/** A period is looked at in so many places, so that its last hour does not stand for all of it. */
const mostPlaces = 10;
const mostCounted = 100_000;

type Deps = Pick<Platform, "documents">;

/** The last tasks of each tenth of a period, those of one tenth at a time, oldest first; only those the principal may see. */
export async function* sampleTasks(
  { documents }: Deps,
  principal: Principal,
  { from, to }: Period,
  sample: number,
): AsyncGenerator<TaskDocument[]> {
  const places = Math.min(mostPlaces, sample);
  const step = (to - from) / places;
  for (let place = 0; place < places; place++) {
    const found = await documents.query<TaskDocument>({
      collection: "tasks",
      where: toFilters(principal, { from: from + place * step, to: from + (place + 1) * step }),
      orderBy: [["sequence", "desc"]],
      limit: Math.floor((sample * (place + 1)) / places) - Math.floor((sample * place) / places),
    });
    yield found.map(({ data }) => data).toReversed();
  }
}

/** How many tasks of a period the principal may see; stops counting at 100,000. */
export async function countTasks({ documents }: Deps, principal: Principal, period: Period): Promise<number> {
  return documents.count({
    collection: "tasks",
    where: toFilters(principal, period),
    orderBy: [["sequence", "desc"]],
    limit: mostCounted,
  });
}

/** A task's sequence is when it was accepted, in microseconds. */
function toFilters(principal: Principal, { from, to }: Period): Filter[] {
  const owner = ownerFilter(principal);
  return [
    ["tenant", "==", principal.tenant],
    ["deleted", "==", false],
    ...(owner === undefined ? [] : [["createdBy", "==", owner] satisfies Filter]),
    ["sequence", ">=", Math.floor(from * 1_000)],
    ["sequence", "<", Math.floor(to * 1_000)],
  ];
}
