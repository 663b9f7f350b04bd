import type { Mutation } from "./mutation.ts";
import { runSeed } from "./run-seeds.ts";

/** After how many seeds a mutation was caught, and by which invariants; `undefined` when `mostSeeds` did not do. */
export type Caught = { seeds: number; invariants: string[]; message: string };

/** Runs seed after seed with a mutation until the checker notices. */
export async function catchMutation(mutation: Mutation, mostSeeds: number): Promise<Caught | undefined> {
  for (let seed = 1; seed <= mostSeeds; seed++) {
    const { failures } = await runSeed(seed, mutation);
    const violations = failures.flatMap((failure) => failure.violations);
    // A bug of the product must not pass for the mutation's.
    if (violations.length === 0 || (await runSeed(seed)).failures.length > 0) continue;
    const invariants = [...new Set(violations.map(({ invariant }) => invariant))];
    return { seeds: seed, invariants, message: violations[0]?.message ?? "" };
  }
  return undefined;
}
