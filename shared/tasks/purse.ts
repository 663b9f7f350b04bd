import type { Extension, Reservation, Subject } from "../allowances/allowances.ts";
import type { AllowanceState } from "../api/allowances.ts";
import type { TaskInput } from "../api/inputs.ts";
import { InvalidDocument } from "../platform/documents.ts";
import { type ReserveDeps, type ReservedTask, reserveTask } from "./reserve-task.ts";
import type { TaskDocument } from "./task-document.ts";

/** What was reserved, on its way into a document. */
export type Purse = {
  fields: ReservedTask["fields"];
  states: readonly AllowanceState[];
  isEmpty: boolean;
  /** Whether a commit that carries it may still be sent. */
  isFresh: () => boolean;
  /**
   * Runs the commit that carries it. Where nobody knows what became of that, it is left to the sweep. Where nothing was written
   * it is still there.
   */
  spend<T>(commit: () => Promise<T>): Promise<T>;
  /** Takes it back, unless a document may carry it. */
  giveBack(): void;
  leave(): void;
};

/** Reserves for a run of a task. Throws as `reserveTask`. */
export async function createPurse(
  deps: ReserveDeps,
  subject: Subject,
  task: Pick<TaskDocument, "status" | "type" | "route" | "queue" | "model">,
  readInput: () => Promise<TaskInput>,
): Promise<Purse> {
  const { reservation, fields } = await reserveTask(deps, subject, task, readInput);
  return toPurse(deps, reservation, fields);
}

/** For what nothing bounds. */
export const freePurse: Purse = {
  fields: {},
  states: [],
  isEmpty: true,
  isFresh: () => true,
  spend: (commit) => commit(),
  giveBack: () => undefined,
  leave: () => undefined,
};

export function toPurse(
  { allowances }: Pick<ReserveDeps, "allowances">,
  taken: Reservation | Extension,
  fields: ReservedTask["fields"],
): Purse {
  let isGone = false;
  const once = (run: () => void) => {
    if (!isGone) run();
    isGone = true;
  };
  const leave = () => once(() => allowances.leave(taken));
  return {
    fields,
    states: "states" in taken ? taken.states : [],
    isEmpty: taken.reserved.length === 0,
    isFresh: () => allowances.isFresh(taken),
    async spend(commit) {
      try {
        const done = await commit();
        if (done !== undefined && done !== false) isGone = true;
        return done;
      } catch (error) {
        if (!(error instanceof InvalidDocument)) leave();
        throw error;
      }
    },
    giveBack: () => once(() => allowances.giveBack(taken)),
    leave,
  };
}
