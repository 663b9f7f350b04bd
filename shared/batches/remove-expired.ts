import { toTime } from "../core/clock.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type FileDocument, filePath } from "./file-document.ts";
import { removeParts } from "./remove-parts.ts";

const pageSize = 100;
const longestMs = 20_000;

type Deps = Pick<Platform, "documents" | "blobs" | "clock"> & { log: Log };
type ExpiredFile = Snapshot<FileDocument>;

/** What a run did with the files whose time is over; `used` are read by a batch that has not ended. */
export type ExpiredReport = { removed: number; used: number; failed: number };

/**
 * Removes the files whose time is over, with their content; one query where there is none. One that a batch still reads
 * waits for it. May be called at any time and after any crash: a file's document goes last.
 */
export async function removeExpired(deps: Deps): Promise<ExpiredReport> {
  const report: ExpiredReport = { removed: 0, used: 0, failed: 0 };
  const until = deps.clock.now() + longestMs;
  let last: ExpiredFile | undefined;
  do {
    const found: ExpiredFile[] = await findExpired(deps, last);
    for (const file of found) report[await removeLogged(deps, file)] += 1;
    last = found.length < pageSize ? undefined : found.at(-1);
  } while (last && deps.clock.now() < until);
  return report;
}

function findExpired({ documents, clock }: Deps, last: ExpiredFile | undefined): Promise<ExpiredFile[]> {
  return documents.query<FileDocument>({
    collection: "files",
    where: [["expiresAt", "<=", toTime(clock.now())]],
    orderBy: [["expiresAt", "asc"]],
    limit: pageSize,
    ...(last?.data.expiresAt && { startAfter: { values: [last.data.expiresAt], id: last.id } }),
  });
}

/** One that fails holds up no other: the next sweep tries again. */
async function removeLogged(deps: Deps, file: ExpiredFile): Promise<keyof ExpiredReport> {
  try {
    return await remove(deps, file);
  } catch (error) {
    deps.log.warn("an expired file is left to the next sweep", { fileId: file.id, ...toErrorField(error) });
    return "failed";
  }
}

/** It is hidden first, which ends the creation of any batch that has found it in time: nobody begins to read it after that. */
async function remove(deps: Deps, { data, updateTime }: ExpiredFile): Promise<keyof ExpiredReport> {
  if (data.uses > 0) return "used";
  const path = filePath(data.id);
  const precondition = { updateTime };
  const isHidden =
    data.deleted ||
    (await tryCommit(deps.documents, { op: "update", path, fields: { deleted: true }, precondition }));
  if (!isHidden) return "used";
  await removeParts(deps, data, data.parts);
  await deps.documents.commit([{ op: "delete", path }]);
  return "removed";
}
