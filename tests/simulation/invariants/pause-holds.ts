import type { Evidence } from "../evidence.ts";
import { type EntryOf, entriesOf } from "../history.ts";
import type { Invariant } from "../violation.ts";

/** Once a pause is acknowledged, nothing of the queue is claimed until somebody asks to resume it. */
export const pauseHolds: Invariant = {
  name: "no claim in a paused queue",
  check(evidence) {
    const chores = entriesOf(evidence.entries, "chore");
    const paused = chores.filter(({ what, how }) => what === "pause" && how === "done");
    return paused.flatMap(({ at, queue }) => {
      const resumes = chores.filter(
        ({ what, queue: other, how }) => what === "resume" && other === queue && how === "asked",
      );
      // A resume that was asked for before may still be on its way.
      if (resumes.some((resume) => resume.at <= at)) return [];
      return findClaims(evidence, queue, at, resumes[0]);
    });
  },
};

function findClaims(
  { changes }: Evidence,
  queue: string,
  from: number,
  resume: EntryOf<"chore"> | undefined,
) {
  const until = resume?.at ?? Number.POSITIVE_INFINITY;
  return [...changes.values()].flat().flatMap(({ at, id, by, before, after }) => {
    const isClaim = before?.status === "ready" && after.status === "running" && before.queue === queue;
    if (!isClaim || at <= from || at >= until) return [];
    return [{ at, taskId: id, message: `${by} claimed ${at - from} ms after the pause was acknowledged` }];
  });
}
