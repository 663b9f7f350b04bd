import { type Allowances, noReservation, type Reservation, type Subject } from "../allowances/allowances.ts";
import { toCallNeeds, toOutputLimit } from "../allowances/needs-for-call.ts";
import { toReservedFields } from "../allowances/to-reserved-fields.ts";
import type { TaskInput } from "../api/inputs.ts";
import { type BoundDeps, boundCalls, toBoundedCall } from "./bound-calls.ts";
import type { TaskDocument } from "./task-document.ts";

export type ReserveDeps = BoundDeps & { allowances: Allowances };

/** What was reserved for a run of a task, and what its document carries of it. */
export type ReservedTask = {
  reservation: Reservation;
  fields: Pick<TaskDocument, "reserved" | "slices" | "uppers" | "outputCap">;
};

/**
 * Reserves all that a run of a task may take of its subject's allowances: a request, a place among the active, and where
 * tokens or money are bounded as many as its first call may use. What has its result already takes a request alone. Throws
 * as `Allowances.reserve`, and `allowance_exhausted` where nobody knows what the call costs.
 */
export async function reserveTask(
  deps: ReserveDeps,
  subject: Subject,
  task: Pick<TaskDocument, "status" | "type" | "route" | "queue" | "model">,
  /** Asked for only where it matters. */
  readInput: () => Promise<TaskInput>,
): Promise<ReservedTask> {
  const { allowances, config } = deps;
  const governed = await allowances.governed(subject);
  if (governed.size === 0) return { reservation: noReservation, fields: {} };
  if (task.status === "succeeded")
    return { reservation: await allowances.reserve(subject, { requests: 1 }), fields: {} };
  const needs = { requests: 1, activeTasks: 1 };
  if (!governed.has("micros") && !governed.has("tokens")) {
    const reservation = await allowances.reserve(subject, needs);
    return { reservation, fields: toReservedFields(reservation.reserved) };
  }
  const uppers = await boundCalls(deps, task, await readInput());
  const call = await toBoundedCall(deps, { ...task, uppers }, task.route?.at ?? 0);
  const ofCall = toCallNeeds(call, governed, config.allowances);
  const reservation = await allowances.reserve(subject, { ...needs, ...ofCall });
  const outputCap = toOutputLimit(call, reservation.got);
  const fields = { uppers, ...(outputCap !== undefined && { outputCap }) };
  return { reservation, fields: { ...toReservedFields(reservation.reserved), ...fields } };
}
