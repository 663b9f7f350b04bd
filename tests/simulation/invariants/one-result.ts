import type { CallSpan, Evidence, StateChange } from "../evidence.ts";
import type { Invariant } from "../violation.ts";
import { isReplay } from "./all-end.ts";

/** At most one result is accepted, and it is the answer to a call that its own claim made. */
export const oneResult: Invariant = {
  name: "at most one accepted result",
  check: (evidence) => [...evidence.changes.values()].flatMap((changes) => checkTask(evidence, changes)),
};

function checkTask({ calls }: Evidence, changes: StateChange[]) {
  const found: { at: number; taskId: string; message: string }[] = [];
  let accepted = 0;
  let claim: StateChange | undefined;
  for (const change of changes) {
    const { at, id, before, after, by } = change;
    if (after.epoch > (before?.epoch ?? 0)) claim = change;
    if (isReplay(change)) accepted = 0;
    if (!after.result || before?.result === after.result) continue;
    if (JSON.stringify(before?.result) === JSON.stringify(after.result)) continue;
    accepted += 1;
    if (accepted > 1) found.push({ at, taskId: id, message: `${by} wrote result number ${accepted}` });
    const call = findCall(calls, after.result);
    if (!call || call.taskId !== id || call.end !== "answered" || call.startAt < (claim?.at ?? 0)) {
      found.push({
        at,
        taskId: id,
        message: `${by} wrote a result that is no answer to a call of its claim`,
      });
    }
  }
  return found;
}

function findCall(calls: CallSpan[], result: object): CallSpan | undefined {
  const text = "text" in result ? String(result.text) : "";
  return calls.find(({ call, label }) => text === `${label} by call ${call}`);
}
