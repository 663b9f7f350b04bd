import { type Documents, PreconditionFailed, type Write } from "../platform/documents.ts";

/** Commits writes; `false`, and nothing written, when a precondition no longer held. */
export async function tryCommit(documents: Documents, ...writes: Write[]): Promise<boolean> {
  try {
    await documents.commit(writes);
    return true;
  } catch (error) {
    if (error instanceof PreconditionFailed) return false;
    throw error;
  }
}
