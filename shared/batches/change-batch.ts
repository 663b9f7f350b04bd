import type { Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { commitMarked } from "../queue/commit-marked.ts";
import { type BatchDocument, type BatchSnapshot, batchPath } from "./batch-document.ts";
import { batchEventFields } from "./batch-events.ts";

export type ChangeOptions = {
  writes?: Write[];
  removes?: string[];
  /** Whether it may still be sent for a second time. */
  mayRepeat?: () => boolean;
};

/**
 * Changes a batch, in one commit with `writes`, unless somebody has changed it since it was read: then it resolves to `undefined`
 * and nothing is written. So of two drivers one goes on, and what the other has begun does not count. Where it comes into a
 * phase of which is told, that is recorded.
 */
export async function changeBatch(
  deps: Pick<Platform, "documents" | "clock" | "ids">,
  { data, updateTime }: BatchSnapshot,
  fields: Partial<BatchDocument>,
  { writes = [], removes = [], mayRepeat }: ChangeOptions = {},
): Promise<BatchSnapshot | undefined> {
  const told = batchEventFields(data, fields, deps.clock.now());
  const changed = { ...fields, ...told, mark: deps.ids.newId("step") };
  const path = batchPath(data.id);
  const update: Write = { op: "update", path, fields: changed, removes, precondition: { updateTime } };
  const times = await commitMarked(deps, [update, ...writes], {
    mark: changed.mark,
    ...(mayRepeat && { mayRepeat }),
  });
  return times && { data: { ...data, ...changed }, updateTime: times[0] ?? "" };
}
