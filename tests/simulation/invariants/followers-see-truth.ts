import type { Evidence } from "../evidence.ts";
import { entriesOf } from "../history.ts";
import type { Invariant } from "../violation.ts";

/** Who waits for a task or follows it is told only what was so, and a follower has the whole text of a streamed result. */
export const followersSeeTruth: Invariant = {
  name: "followers see what is",
  check: (evidence) => [...checkWaiters(evidence), ...checkTexts(evidence)],
};

function checkWaiters({ entries, changes }: Evidence) {
  return entriesOf(entries, "waited").flatMap(({ at, taskId, status }) => {
    const wasSo = changes.get(taskId)?.some((change) => change.at <= at && change.after.status === status);
    return wasSo || status === "unseen" ? [] : [{ at, taskId, message: `a waiter was told ${status}` }];
  });
}

function checkTexts({ entries, tasks }: Evidence) {
  return entriesOf(entries, "followed").flatMap(({ at, taskId, text, status }) => {
    const task = tasks.get(taskId);
    const result = task?.result && "text" in task.result ? task.result.text : "";
    if (status !== "succeeded" || !task?.stream || task.status !== status || text === result) return [];
    return [
      { at, taskId, message: `a follower was given ${JSON.stringify(text)} of ${JSON.stringify(result)}` },
    ];
  });
}
