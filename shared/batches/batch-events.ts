import type { BatchEvent, BatchEventType } from "../api/events.ts";
import { toTime } from "../core/clock.ts";
import { type Log, toErrorField } from "../core/log.ts";
import { allTold, type Outbox, type Recorded, untoldOf, withRecorded } from "../events/outbox.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type BatchDocument, type BatchSnapshot, batchPath } from "./batch-document.ts";

/** A batch as it was when it came into a phase. */
type BatchChange = Pick<BatchEvent, "type"> & Pick<BatchDocument, "total" | "completed" | "failed">;
export type BatchOutbox = Outbox<BatchChange>;

/** The fields by which the write that creates a batch records that it has. */
export function createdFields(at: number): Pick<BatchDocument, "events"> {
  return { events: withRecorded(undefined, toChange("batch.created", noLines, at)) };
}

const noLines = { total: 0, completed: 0, failed: 0 };

/** The fields by which the write of `fields` records that it brings a batch into a phase of which is told. Pure. */
export function batchEventFields(
  batch: BatchDocument,
  fields: Partial<BatchDocument>,
  now: number,
): Pick<Partial<BatchDocument>, "events"> {
  const after = { ...batch, ...fields };
  const type = after.phase === batch.phase ? undefined : toType(after);
  return type ? { events: withRecorded(batch.events, toChange(type, after, now)) } : {};
}

/** What is told of a batch that has come into its phase; nothing while it only prepares its end. */
function toType({ phase, errors, stoppedBy }: BatchDocument): BatchEventType | undefined {
  if (phase === "running") return "batch.running";
  if (phase !== "ended") return undefined;
  return errors ? "batch.failed" : `batch.${stoppedBy ?? "completed"}`;
}

function toChange(
  type: BatchEventType,
  { total, completed, failed }: Pick<BatchDocument, "total" | "completed" | "failed">,
  at: number,
): BatchChange & { at: string } {
  return { type, at: toTime(at), total, completed, failed };
}

/**
 * Publishes, in order, what may not have been told of a batch, and writes down that it was. Resolves to whether the batch is to
 * be read again: it was written, by this or by somebody else. While the publisher fails the batch goes on untold, and whoever
 * drives it next tries again.
 */
export async function tellBatch(
  deps: Pick<Platform, "documents" | "events"> & { log: Log },
  { data, updateTime }: BatchSnapshot,
): Promise<boolean> {
  const untold = untoldOf(data.events);
  if (!data.events || untold.length === 0) return false;
  try {
    for (const change of untold) await deps.events.publish(toEvent(data, change));
  } catch (error) {
    const fields = { batchId: data.id, ...toErrorField(error) };
    deps.log.warn("events of a batch are left to its next driver", fields);
    return false;
  }
  await tryCommit(deps.documents, {
    op: "update",
    path: batchPath(data.id),
    fields: { events: allTold(data.events), active: data.phase !== "ended" },
    precondition: { updateTime },
  });
  return true;
}

function toEvent(
  { id, tenant, createdBy, endpoint }: BatchDocument,
  { sequence, type, at, total, completed, failed }: Recorded<BatchChange>,
): BatchEvent {
  const batch = { id, createdBy, endpoint, total, completed, failed };
  return { id: `${id}.${sequence}`, type, sequence, time: at, tenant, batch };
}
