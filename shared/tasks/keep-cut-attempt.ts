import { toErrorField } from "../core/log.ts";
import { OutcomeUnknown, PreconditionFailed, type Write, type WriteTime } from "../platform/documents.ts";
import { addCharge } from "./add-charge.ts";
import { endFields } from "./end-fields.ts";
import { type AttemptFacts, toAttempt } from "./next-state.ts";
import type { SettleDeps } from "./settle-attempt.ts";
import { keptAttempts, type TaskDocument, taskPath } from "./task-document.ts";
import { publishMarked, withEvent } from "./task-events.ts";

const mostTries = 3;

type Deps = Pick<SettleDeps, "documents" | "events" | "clock" | "log" | "allowances">;

/**
 * Notes on a task that was cancelled while its call ran what that call was charged for, so that it is not forgotten, tells of it,
 * and has it accounted for. Nothing where it was not charged and has reserved nothing, and where the task has run again since.
 * Never rejects.
 */
export async function keepCutAttempt(deps: Deps, task: TaskDocument, facts: AttemptFacts): Promise<void> {
  if (!facts.charge && !task.reserved) return;
  try {
    for (let tries = 0; tries < mostTries; tries++) if (await keep(deps, task, facts)) return;
  } catch (error) {
    deps.log.warn("a cut call's cost was not kept", { taskId: task.id, ...toErrorField(error) });
  }
}

/** `false` when somebody else has written the task meanwhile, or the answer was lost. */
async function keep(deps: Deps, task: TaskDocument, facts: AttemptFacts): Promise<boolean> {
  const { documents, clock, allowances } = deps;
  const snapshot = await documents.get<TaskDocument>(taskPath(task.id));
  if (!snapshot) return true;
  const { data, updateTime } = snapshot;
  // Kept already, or of a run before the one that was cancelled: events tell of attempts in their order.
  const isTooLate = (data.attempts.at(-1)?.n ?? 0) >= task.attemptCount;
  if (isTooLate || data.status !== "cancelled") return true;
  const attempt = toAttempt(task, { kind: "cancelled" }, facts, clock.now());
  const attempts = [...data.attempts, attempt].slice(-keptAttempts);
  const charged = { attempts, ...addCharge(data, facts.charge) };
  const kept = { ...data, ...charged };
  // It belongs to the end that it makes whole: whoever counts a period finds it where the task ended.
  const event = withEvent(kept, "task.cut", data.completedAt ?? attempt.endedAt);
  const fields = { ...charged, ...endFields(kept), ...event, unpublished: true as const };
  const keptAt = await commit(deps, { path: taskPath(task.id), fields, precondition: { updateTime } });
  if (keptAt === undefined) return false;
  const now = { ...kept, ...fields };
  await publishMarked(deps, now, keptAt).catch((error) =>
    deps.log.warn("event left to the sweep", { taskId: task.id, ...toErrorField(error) }),
  );
  allowances.note(now, "");
  return true;
}

/** When it was written; `undefined` where it was not, or the answer was lost: the next look tells. */
async function commit(
  { documents }: Deps,
  update: Omit<Extract<Write, { op: "update" }>, "op">,
): Promise<WriteTime | undefined> {
  try {
    const [writtenAt] = await documents.commit([{ op: "update", ...update }]);
    return writtenAt;
  } catch (error) {
    if (error instanceof PreconditionFailed || error instanceof OutcomeUnknown) return undefined;
    throw error;
  }
}
