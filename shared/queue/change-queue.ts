import { ConeaError } from "../core/conea-error.ts";
import { type Log, toErrorField } from "../core/log.ts";
import { type Documents, InvalidDocument, type Snapshot, type Write } from "../platform/documents.ts";
import { breakerEventFields } from "./breaker-events.ts";
import { emptyQueue, type QueueDocument, queuePath, toQueueState } from "./queue-document.ts";

const mostTries = 20;

export type ChangedQueue = { before: QueueDocument; after: QueueDocument };

/**
 * Applies `decide` to a queue's document as it is at the moment of writing: a claim that writes in between causes another
 * look, and so does a commit whose answer was lost. `decide` returns nothing where nothing is to be changed. A queue that
 * nobody has claimed from yet has no document, and gets one. Where its breaker opens or closes, that is recorded, and the
 * caller's to publish.
 */
export async function changeQueue(
  { documents, log }: { documents: Documents; log: Log },
  queueId: string,
  decide: (state: QueueDocument) => Partial<QueueDocument> | undefined,
): Promise<ChangedQueue> {
  for (let tries = 0; tries < mostTries; tries++) {
    const snapshot = await documents.get<QueueDocument>(queuePath(queueId));
    const before = toQueueState(snapshot);
    const decided = decide(before);
    if (!decided) return { before, after: before };
    const at = snapshot ? Date.parse(snapshot.readTime) : 0;
    const fields = { ...decided, ...breakerEventFields(before, { ...before, ...decided }, at) };
    try {
      await documents.commit([toWrite(queueId, snapshot, fields)]);
      return { before, after: { ...before, ...fields } };
    } catch (error) {
      if (error instanceof InvalidDocument) throw error;
      log.debug("another look at a queue that is changing", { queue: queueId, ...toErrorField(error) });
    }
  }
  throw new ConeaError("unavailable", "The queue is changing too fast right now; try again.", {
    headers: { "Retry-After": "1" },
  });
}

function toWrite(
  queueId: string,
  snapshot: Snapshot<QueueDocument> | undefined,
  fields: Partial<QueueDocument>,
): Write {
  const path = queuePath(queueId);
  if (!snapshot) return { op: "create", path, data: { ...emptyQueue, ...fields } };
  return { op: "update", path, fields, precondition: { updateTime: snapshot.updateTime } };
}
