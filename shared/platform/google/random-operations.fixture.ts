import fc from "fast-check";
import type { NearestQuery, Query, Write } from "../documents.ts";
import { nearestQueries, type Step, steps } from "../embedded/random-steps.fixture.ts";

export type Operation = Step | { kind: "nearest"; query: NearestQuery };

/** Sequences of everything that `Documents` can be asked, on few documents, so that operations meet. */
export const sequences: fc.Arbitrary<Operation[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: steps },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("nearest" as const), query: nearestQueries }) },
  ),
  { minLength: 20, maxLength: 40, size: "max" },
);

/** The same below a document of its own, where no other sequence is. */
export function moveBelow<T extends Query | NearestQuery | Write>(root: string, target: T): T {
  const moved =
    "path" in target ? { path: `${root}/${target.path}` } : { collection: `${root}/${target.collection}` };
  return { ...target, ...moved };
}
