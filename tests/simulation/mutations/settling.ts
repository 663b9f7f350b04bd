import { OutcomeUnknown, PreconditionFailed, type Write } from "../../../shared/platform/documents.ts";
import {
  asTaskUpdate,
  changeDocuments,
  changeWrites,
  inventTimes,
  isSettling,
  type Mutation,
} from "../mutation.ts";

/** Breaks of how a claim is ended. */
export const settlingMutations: readonly Mutation[] = [
  {
    name: "no-fence",
    about: "settling writes carry no precondition",
    outfit: changeDocuments((documents) => ({
      commit: (writes) => documents.commit(isSettling(writes) ? writes.map(withoutPrecondition) : writes),
    })),
  },
  {
    name: "late-result-applied",
    about: "a settling write that is refused is repeated without its precondition",
    outfit: changeDocuments((documents) => ({
      commit: (writes) =>
        documents.commit(writes).catch((error) => {
          if (!isSettling(writes) || !(error instanceof PreconditionFailed)) throw error;
          return documents.commit(writes.map(withoutPrecondition));
        }),
    })),
  },
  {
    name: "unknown-is-success",
    about: "a settling write whose outcome is unknown counts as done",
    outfit: changeDocuments((documents) => ({
      commit: (writes) =>
        documents.commit(writes).catch((error) => {
          if (!isSettling(writes) || !(error instanceof OutcomeUnknown)) throw error;
          return inventTimes(writes);
        }),
    })),
  },
  {
    name: "lease-never-renewed",
    about: "a renewal of a lease is said to be done and is not",
    outfit: changeDocuments((documents) => ({
      commit: async (writes) => {
        const precondition = toRenewal(writes);
        return precondition === undefined ? documents.commit(writes) : [precondition];
      },
    })),
  },
  {
    name: "cost-forgotten",
    about: "the cost of an attempt is not added to the task's",
    outfit: changeWrites((write) => {
      const update = asTaskUpdate(write);
      if (!update?.fields.cost) return write;
      const { cost: _, ...fields } = update.fields;
      return { ...update, fields };
    }),
  },
  {
    name: "usage-forgotten",
    about: "the usage of an attempt is not added to the task's",
    outfit: changeWrites((write) => {
      const update = asTaskUpdate(write);
      if (!update?.fields.usage) return write;
      const { usage: _, ...fields } = update.fields;
      return { ...update, fields };
    }),
  },
];

function withoutPrecondition(write: Write): Write {
  if (!("precondition" in write)) return write;
  const { precondition: _, ...rest } = write;
  return rest;
}

/** The fence of a write that does nothing but renew a lease. */
function toRenewal(writes: Write[]): string | undefined {
  const update = asTaskUpdate(writes[0]);
  if (!update || Object.keys(update.fields).join() !== "leaseUntil") return undefined;
  return update.precondition && "updateTime" in update.precondition
    ? update.precondition.updateTime
    : undefined;
}
