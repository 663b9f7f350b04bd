import type { Documents, Write } from "../platform/documents.ts";
import { tryCommit } from "./try-commit.ts";

/**
 * `gates/{queueId}`: how many tasks were let into a line that is counted strictly. Whoever counts the line reads the gate first
 * and lets its task in together with the guard: if anybody else was let in meanwhile, neither is written.
 */
type Gate = { admitted: number };

/** The write that holds only if nobody is let into the queue's line from now on until it is committed. */
export async function readGuard(documents: Documents, queueId: string): Promise<Write> {
  const path = `gates/${queueId}`;
  for (const isNew of [true, false]) {
    const gate = await documents.get<Gate>(path);
    const precondition = gate && { updateTime: gate.updateTime };
    if (precondition) return { op: "update", path, increments: { admitted: 1 }, precondition };
    // Whoever comes second finds the first one's: that is as good.
    if (isNew) await tryCommit(documents, { op: "create", path, data: { admitted: 0 } satisfies Gate });
  }
  throw new Error(`the gate of queue ${queueId} could not be made`);
}
