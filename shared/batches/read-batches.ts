import { canRead, ownerFilter, type Principal } from "../access/principal.ts";
import { ConeaError } from "../core/conea-error.ts";
import { isId } from "../core/ids.ts";
import type { Filter, Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { type BatchDocument, batchPath } from "./batch-document.ts";

type Deps = Pick<Platform, "documents">;

/** The batch of an id, if the principal may see it. Throws `not_found`, which tells nobody whether it exists. */
export async function findBatch(
  { documents }: Deps,
  principal: Principal,
  batchId: string,
): Promise<Snapshot<BatchDocument>> {
  const snapshot = isId("batch", batchId)
    ? await documents.get<BatchDocument>(batchPath(batchId))
    : undefined;
  if (snapshot && canRead(principal, snapshot.data)) return snapshot;
  throw new ConeaError("not_found", `There is no batch ${batchId}.`);
}

/** The batches the principal may see, newest first. Throws `not_found` for an `after` that is none of them. */
export async function listBatches(
  { documents }: Deps,
  principal: Principal,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<{ batches: BatchDocument[]; hasMore: boolean }> {
  const owner = ownerFilter(principal);
  const last = after === undefined ? undefined : (await findBatch({ documents }, principal, after)).data;
  const found = await documents.query<BatchDocument>({
    collection: "batches",
    where: [
      ["tenant", "==", principal.tenant],
      ...(owner === undefined ? [] : [["createdBy", "==", owner] satisfies Filter]),
    ],
    orderBy: [["sequence", "desc"]],
    limit: limit + 1,
    ...(last && { startAfter: { values: [last.sequence], id: last.id } }),
  });
  return { batches: found.slice(0, limit).map(({ data }) => data), hasMore: found.length > limit };
}
