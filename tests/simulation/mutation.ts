import type { ConeaConfig } from "../../shared/config/conea-config.ts";
import type { Documents, Write, WriteTime } from "../../shared/platform/documents.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import type { ProviderDirectory } from "../../shared/providers/provider.ts";
import type { Conea } from "../../shared/tasks/create-conea.ts";

/** What an instance is made of, before it is made. */
export type Outfit = { platform: Platform; providers: ProviderDirectory; config: ConeaConfig };

/** A deliberate break, applied to each instance from outside: no file of the product knows of it. */
export type Mutation = {
  name: string;
  /** What is broken, in one sentence. */
  about: string;
  outfit?: (outfit: Outfit) => Outfit;
  /** What replaces the sweep. */
  sweep?: (conea: Conea) => Promise<unknown>;
};

/** An outfit whose documents are changed. */
export function changeDocuments(change: (documents: Documents, platform: Platform) => Partial<Documents>) {
  return (outfit: Outfit): Outfit => {
    const { platform } = outfit;
    const { documents } = platform;
    return {
      ...outfit,
      platform: { ...platform, documents: { ...documents, ...change(documents, platform) } },
    };
  };
}

/** An outfit that writes something else than it was told to. */
export function changeWrites(change: (write: Write) => Write) {
  return changeDocuments((documents) => ({ commit: (writes) => documents.commit(writes.map(change)) }));
}

type Update = Extract<Write, { op: "update" }>;
type TaskUpdate = Update & { fields: Record<string, unknown> };

/** The write of a task's fields by their names; `undefined` for every other write. */
export function asTaskUpdate(write: Write | undefined): TaskUpdate | undefined {
  if (write?.op !== "update" || !/^tasks\/[^/]+$/.test(write.path)) return undefined;
  return { ...write, fields: { ...write.fields } };
}

/** The write of a whole queue, as claims make it; `undefined` for every other write. */
export function asQueueSet(write: Write | undefined): { data: Record<string, unknown> } | undefined {
  return write?.op === "set" && write.path.startsWith("queues/")
    ? { data: { ...(write.data as Record<string, unknown>) } }
    : undefined;
}

/** Whether a commit ends a claim or a task: it changes one task's status, and no queue. */
export function isSettling(writes: Write[]): boolean {
  const update = asTaskUpdate(writes[0]);
  return writes.length === 1 && update?.fields.status !== undefined && update.fields.mark !== undefined;
}

/** Write times that nobody ever gave. */
export function inventTimes(writes: Write[]): WriteTime[] {
  return writes.map(() => "2000-01-01T00:00:00.000000Z");
}
