/** Numbers that rise with time and never repeat in a process: microseconds since the epoch, counted on within a millisecond. */
export function createSequence(): (nowMs: number) => number {
  let last = 0;
  return (nowMs) => {
    last = Math.max(last + 1, Math.floor(nowMs * 1_000));
    return last;
  };
}

/** The sequence of this process: every task that joins the end of a line takes its number here. */
export const nextSequence = createSequence();
