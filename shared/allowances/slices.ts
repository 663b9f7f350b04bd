import { toAllowance, toAllowanceId } from "./allowance-document.ts";
import type { HeldLimit } from "./limit-book.ts";
import { periodAt } from "./period.ts";
import { createSlice, type Slice, type SliceDeps } from "./slice.ts";

/** The slices that a process holds, by allowance. */
export type Slices = {
  /** That of a limit's allowance in the present period. */
  of(limit: HeldLimit): Slice;
  /** That of an allowance which a task names. */
  byId(allowanceId: string): Slice;
  /** One that is held already. */
  held(allowanceId: string): Slice | undefined;
  all(): Slice[];
};

export function createSlices(deps: Omit<SliceDeps, "onIdle">): Slices {
  const slices = new Map<string, Slice>();
  /** The ids of allowances by what they are of: making one anew costs a hash. */
  const ids = new Map<string, string>();

  function open(id: string): Slice {
    const known = slices.get(id);
    if (known) return known;
    const slice = createSlice({ ...deps, onIdle: () => slices.delete(id) }, { id });
    slices.set(id, slice);
    return slice;
  }

  return {
    of(limit) {
      const now = deps.storeTime.now();
      const { tenant, scope, scopeId, measure, period } = limit;
      const start = period ? periodAt(period, now).start : 0;
      const name = JSON.stringify([tenant, scope, scopeId, measure, period, start]);
      const id = ids.get(name) ?? toAllowanceId(toAllowance(limit, limit, now));
      if (ids.size > 10_000) ids.clear();
      ids.set(name, id);
      const slice = open(id);
      slice.target.allowance ??= toAllowance(limit, limit, now);
      slice.target.limit = { count: limit.count, version: limit.version };
      return slice;
    },
    byId: open,
    held: (allowanceId) => slices.get(allowanceId),
    all: () => [...slices.values()],
  };
}
