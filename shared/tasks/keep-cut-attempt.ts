import { toErrorField } from "../core/log.ts";
import { OutcomeUnknown } from "../platform/documents.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { addCharge } from "./add-charge.ts";
import { endFields } from "./end-fields.ts";
import { type AttemptFacts, toAttempt } from "./next-state.ts";
import type { SettleDeps } from "./settle-attempt.ts";
import { keptAttempts, type TaskDocument, taskPath } from "./task-document.ts";

const mostTries = 3;

/**
 * Notes on a task that was cancelled while its call ran what that call was charged for, so that it is not forgotten, and has it
 * accounted for. Nothing where it was not charged and has reserved nothing, and where the task runs again by now. Never rejects.
 */
export async function keepCutAttempt(
  deps: Pick<SettleDeps, "documents" | "clock" | "log" | "allowances">,
  task: TaskDocument,
  facts: AttemptFacts,
): Promise<void> {
  if (!facts.charge && !task.reserved) return;
  try {
    for (let tries = 0; tries < mostTries; tries++) if (await keep(deps, task, facts)) return;
  } catch (error) {
    deps.log.warn("a cut call's cost was not kept", { taskId: task.id, ...toErrorField(error) });
  }
}

/** `false` when somebody else has written the task meanwhile, or the answer was lost. */
async function keep(
  { documents, clock, allowances }: Pick<SettleDeps, "documents" | "clock" | "allowances">,
  task: TaskDocument,
  facts: AttemptFacts,
): Promise<boolean> {
  const snapshot = await documents.get<TaskDocument>(taskPath(task.id));
  if (!snapshot) return true;
  const { data, updateTime } = snapshot;
  const isKept = data.attempts.some(({ n }) => n === task.attemptCount);
  if (isKept || data.status !== "cancelled") return true;
  const attempt = toAttempt(task, { kind: "cancelled" }, facts, clock.now());
  const attempts = [...data.attempts, attempt].slice(-keptAttempts);
  const charged = { attempts, ...addCharge(data, facts.charge) };
  const fields = { ...charged, ...endFields({ ...data, ...charged }) };
  const precondition = { updateTime };
  const update = { op: "update" as const, path: taskPath(task.id), fields, precondition };
  const isKeptNow = await tryCommit(documents, update).catch((error) => {
    // The next look tells whether it was written.
    if (error instanceof OutcomeUnknown) return false;
    throw error;
  });
  if (isKeptNow) allowances.note({ ...data, ...fields }, "");
  return isKeptNow;
}
