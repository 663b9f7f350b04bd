import { toTime } from "../core/clock.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { WriteTime } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type HookReceipt, receiptPath, toHookEvent } from "./hook-receipt.ts";

type Deps = Pick<Platform, "documents" | "events" | "clock"> & { log: Log };

const pageSize = 100;
/** Whoever received it has published it by then, or never will. */
const graceMs = 30_000;
const longestMs = 40_000;

/** Publishes that a hook came, and takes its mark away. A crash in between publishes the same event id again. */
export async function publishReceipt(
  { documents, events }: Pick<Platform, "documents" | "events">,
  receipt: HookReceipt,
  updateTime: WriteTime,
): Promise<void> {
  await events.publish(toHookEvent(receipt));
  await tryCommit(documents, {
    op: "update",
    path: receiptPath(receipt.id),
    removes: ["unpublished"],
    precondition: { updateTime },
  });
}

/** A step of the sweep: publishes, oldest first, what a crash left unpublished. Resolves to how many. */
export async function publishReceipts(deps: Deps): Promise<number> {
  const { documents, clock, log } = deps;
  const until = clock.now() + longestMs;
  const receivedBy = toTime(clock.now() - graceMs);
  let published = 0;
  while (clock.now() < until) {
    const found = await documents.query<HookReceipt>({
      collection: "hookReceipts",
      where: [
        ["unpublished", "==", true],
        ["receivedAt", "<=", receivedBy],
      ],
      orderBy: [["receivedAt", "asc"]],
      limit: pageSize,
    });
    const results = await Promise.allSettled(
      found.map(({ data, updateTime }) => publishReceipt(deps, data, updateTime)),
    );
    const failed = results.filter((result) => result.status === "rejected");
    for (const { reason } of failed) log.warn("sweep left a hook for the next run", toErrorField(reason));
    published += found.length - failed.length;
    if (found.length < pageSize || failed.length > 0) break;
  }
  return published;
}
