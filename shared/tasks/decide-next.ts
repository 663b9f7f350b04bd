import { terminalStatuses } from "../api/task-type.ts";
import { endFields } from "./end-fields.ts";
import { type Funded, fundCall } from "./fund-call.ts";
import {
  type AttemptFacts,
  type NextStateOptions,
  nextState,
  type Outcome,
  type TaskChange,
} from "./next-state.ts";
import type { ReserveDeps } from "./reserve-task.ts";
import type { TaskDocument } from "./task-document.ts";

/** `extension`: what was reserved for it, to be given back where it is not written. */
export type Decided = TaskChange & Pick<Funded, "extension">;

/**
 * What becomes of a running task, where each further call must be paid from what the task has reserved, or can reserve: a
 * candidate that is not, or whose queue takes no tasks any more, is passed over.
 */
export async function decideNext(
  deps: ReserveDeps,
  task: TaskDocument,
  { outcome, facts }: { outcome: Outcome; facts: AttemptFacts },
  options: NextStateOptions,
): Promise<Decided> {
  const barred = outcome.kind === "succeeded" ? [] : await findClosed(deps, task);
  for (;;) {
    const { fields, removes } = nextState(task, outcome, facts, { ...options, barred });
    if (terminalStatuses.has(fields.status)) {
      const { reserved, usage } = task;
      return {
        fields: { ...fields, ...endFields({ reserved, usage: fields.usage ?? usage }) },
        removes,
      };
    }
    // What was not called has taken nothing.
    if (outcome.kind === "returned") return { fields, removes };
    const next = { ...task, ...fields };
    const at = next.route?.at ?? 0;
    const funded = await fundCall(deps, next, at);
    if (funded) return { ...funded, fields: { ...fields, ...funded.fields }, removes };
    barred.push(at);
  }
}

/** Candidates whose queue is gone, or was retired. What cannot be found out is left to where the task goes. */
async function findClosed({ catalogue }: ReserveDeps, { route, queue }: TaskDocument): Promise<number[]> {
  if (!route) return [];
  const closed: number[] = [];
  for (const [index, { provider }] of route.candidates.entries())
    if (provider !== queue && !(await catalogue.takesTasks(provider).catch(() => true))) closed.push(index);
  return closed;
}
