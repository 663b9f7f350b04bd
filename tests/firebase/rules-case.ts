import type { Attempt } from "./attempts.ts";
import type { Caller } from "./rules-world.ts";

/** A promise of the rules: what is allowed, and its nearest neighbour that is refused. */
export type RulesCase = {
  promise: string;
  allowed: [Caller, Attempt];
  refused: [Caller, Attempt];
};
