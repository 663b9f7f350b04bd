import { entriesOf } from "../history.ts";
import type { Invariant } from "../violation.ts";
import { isReplay } from "./all-end.ts";

/** A request to replay is carried out once, however often it is repeated, and never undone once it is acknowledged. */
export const replaysOnce: Invariant = {
  name: "a replay happens once",
  check({ entries, changes }) {
    const doubled = [...changes].flatMap(([taskId, own]) => {
      const requests = own.filter(isReplay).map(({ after }) => after.replays?.at(-1));
      const second = own.filter(isReplay).find((_, index) => requests.indexOf(requests[index]) < index);
      return second ? [{ at: second.at, taskId, message: `${second.by} replayed it again` }] : [];
    });
    const lost = entriesOf(entries, "replayed").flatMap(({ at, taskId }) => {
      const isDone = changes.get(taskId)?.some((change) => change.at <= at && isReplay(change));
      return isDone ? [] : [{ at, taskId, message: "its replay was acknowledged and did not happen" }];
    });
    return [...doubled, ...lost];
  },
};
