import type { DocumentPath } from "../documents.ts";
import type { Read, Stored, StoredChange } from "./stage-commit.ts";

export type ReadAhead = {
  get: Read;
  /** From now on `get` finds what these changes make. */
  add(changes: StoredChange[]): void;
};

/** Reads documents as they will be once changes have happened that have not yet. */
export function readAhead(read: Read): ReadAhead {
  const ahead = new Map<DocumentPath, Stored | undefined>();
  return {
    get: (path) => (ahead.size > 0 && ahead.has(path) ? ahead.get(path) : read(path)),
    add(changes) {
      for (const { path, after } of changes) ahead.set(path, after);
    },
  };
}
