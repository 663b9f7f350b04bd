import { type Log, toErrorField } from "../core/log.ts";
import type { WriteTime } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { accountTasks, type Noted } from "./account-tasks.ts";
import type { Ended } from "./allowances.ts";
import { isOpen } from "./truth.ts";

/** The most that one commit accounts for, and how long a task waits for others. */
const mostTasks = 100;
const waitMs = 1_000;

export type Accounts = {
  note(task: Ended, updateTime: WriteTime): void;
  /** Accounts for all that was noted. Resolves to whether there was anything. */
  flush(): Promise<boolean>;
};

/** What one process has to account for: in batches, a second after the first at the latest. */
export function createAccounts(
  deps: Pick<Platform, "documents" | "clock" | "random"> & {
    log: Log;
    onAccounted: (allowanceIds: string[]) => void;
  },
): Accounts {
  let noted = new Map<string, Noted>();
  let accounting: Promise<void> = Promise.resolve();
  let isAccounting = 0;
  let cancelTimer: (() => void) | undefined;

  async function accountFor(batch: Noted[]): Promise<void> {
    try {
      deps.onAccounted(await accountTasks(deps, batch));
    } catch (error) {
      deps.log.warn("ended tasks are accounted for by the sweep", {
        count: batch.length,
        ...toErrorField(error),
      });
    }
  }

  async function flush(): Promise<boolean> {
    cancelTimer?.();
    cancelTimer = undefined;
    const batch = [...noted.values()];
    noted = new Map();
    for (let at = 0; at < batch.length; at += mostTasks) {
      const part = batch.slice(at, at + mostTasks);
      isAccounting += 1;
      accounting = accounting
        .then(() => accountFor(part))
        .finally(() => {
          isAccounting -= 1;
        });
    }
    const isAny = isAccounting > 0;
    await accounting;
    return isAny;
  }

  return {
    note(task, updateTime) {
      if (!task.unaccounted || isOpen(task)) return;
      noted.set(task.id, { task, updateTime });
      // Nobody waits for it: what fails is the sweep's.
      if (noted.size >= mostTasks) void flush();
      else cancelTimer ??= deps.clock.after(waitMs, () => void flush());
    },
    flush,
  };
}
