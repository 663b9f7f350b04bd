import { asTaskUpdate, changeWrites, type Mutation } from "../mutation.ts";

/** Breaks of how a task goes from one candidate to the next. */
export const routingMutations: readonly Mutation[] = [
  {
    name: "turn-without-queue",
    about: "a task whose next candidate's turn it is stays in the queue of the one before",
    outfit: changeWrites((write) => {
      const update = asTaskUpdate(write);
      if (!update?.fields.route) return write;
      const { queue: _, ...fields } = update.fields;
      return { ...update, fields };
    }),
  },
  {
    name: "spent-forgotten",
    about: "which candidates are spent is not kept",
    outfit: changeWrites((write) => {
      const update = asTaskUpdate(write);
      if (!update?.fields.rescue) return write;
      const { rescue: _, ...fields } = update.fields;
      return { ...update, fields };
    }),
  },
];
