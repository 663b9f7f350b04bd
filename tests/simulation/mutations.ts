import type { Mutation } from "./mutation.ts";
import { allowingMutations } from "./mutations/allowing.ts";
import { claimingMutations } from "./mutations/claiming.ts";
import { routingMutations } from "./mutations/routing.ts";
import { settlingMutations } from "./mutations/settling.ts";
import { tellingMutations } from "./mutations/telling.ts";

/** Every deliberate break. Each must be caught. */
export const mutations: readonly Mutation[] = [
  ...settlingMutations,
  ...claimingMutations,
  ...tellingMutations,
  ...routingMutations,
  ...allowingMutations,
];
