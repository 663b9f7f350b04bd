/** What a call does: `start` and `upload` (at once, or a part of a resumable one), `download` and `link` read content. */
export type Operation = "start" | "upload" | "download" | "read" | "delete" | "link";

/**
 * A status to answer with before anything is done; `cut`: the connection ends in the middle of the content; `lost`: it
 * ends after the work and before the answer; `short`: the answer ends early and looks whole; `corrupt`: one bit of the
 * content is turned; `slow`: the answer comes after `delayMs`; `silent`: never.
 */
export type Fault = number | "cut" | "lost" | "short" | "corrupt" | "slow" | "silent";

export type Switch = { operation: Operation; fault: Fault; times?: number; delayMs?: number };

/** The faults that were switched on and not yet used up. */
export function createFaults() {
  let switches: Required<Switch>[] = [];
  return {
    /** Strikes the next `times` calls of the operation (all of them, where left out). */
    add({ times = Number.POSITIVE_INFINITY, delayMs = 100, ...rest }: Switch): void {
      switches.push({ ...rest, times, delayMs });
    },
    clear(): void {
      switches = [];
    },
    take(operation: Operation): { fault: Fault; delayMs: number } | undefined {
      const found = switches.find((each) => each.operation === operation && each.times > 0);
      if (found) found.times -= 1;
      return found;
    },
  };
}
