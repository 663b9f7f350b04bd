import { type Documents, PreconditionFailed, type Write } from "../platform/documents.ts";

/** Commits one write; `false`, and nothing written, when its precondition no longer held. */
export async function tryCommit(documents: Documents, write: Write): Promise<boolean> {
  try {
    await documents.commit([write]);
    return true;
  } catch (error) {
    if (error instanceof PreconditionFailed) return false;
    throw error;
  }
}
