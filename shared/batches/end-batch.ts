import { toTime } from "../core/clock.ts";
import type { Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { nextSequence } from "../tasks/sequence.ts";
import type { BatchDocument, BatchSnapshot } from "./batch-document.ts";
import { changeBatch } from "./change-batch.ts";
import { type FileDocument, type FilePart, filePath } from "./file-document.ts";
import { removeParts } from "./remove-parts.ts";
import { type FileKind, toResultFile } from "./result-file.ts";
import { toExpiry } from "./store-file.ts";

type Deps = Pick<Platform, "documents" | "blobs" | "clock" | "ids">;

/**
 * Ends a batch: its files come to be, and its input is no longer used. One commit; `undefined` where another driver was faster.
 */
export async function endBatch(
  deps: Deps,
  batch: BatchSnapshot,
  fields: Partial<BatchDocument> = {},
): Promise<BatchSnapshot | undefined> {
  const now = deps.clock.now();
  const { inputFileId, outputParts, errorParts } = batch.data;
  const output = toDocument(batch.data, "output", outputParts, now);
  const error = toDocument(batch.data, "error", errorParts, now);
  const files = [output, error].filter(({ parts }) => parts.length > 0);
  const ended = {
    ...fields,
    phase: "ended" as const,
    endedAt: toTime(now),
    outputParts: [],
    errorParts: [],
    ...(outputParts.length > 0 && { outputFileId: output.id }),
    ...(errorParts.length > 0 && { errorFileId: error.id }),
  };
  const writes: Write[] = [
    ...files.map((file): Write => ({ op: "create", path: filePath(file.id), data: file })),
    { op: "update", path: filePath(inputFileId), increments: { uses: -1 } },
  ];
  const next = await changeBatch(deps, batch, ended, { writes });
  if (next) await removeUnused(deps, inputFileId);
  return next;
}

function toDocument(batch: BatchDocument, kind: FileKind, parts: FilePart[], now: number): FileDocument {
  return {
    ...toResultFile(batch, kind),
    createdBy: batch.createdBy,
    purpose: "batch_output",
    filename: `${batch.id}_${kind}.jsonl`,
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    parts,
    createdAt: toTime(now),
    ...toExpiry(now, batch.outputExpiresAfterSeconds),
    sequence: nextSequence(now),
    deleted: false,
    uses: 0,
  };
}

/** An input that was deleted while batches read it. */
async function removeUnused(deps: Deps, fileId: string): Promise<void> {
  const file = await deps.documents.get<FileDocument>(filePath(fileId));
  if (file?.data.deleted && file.data.uses === 0) await removeParts(deps, file.data, file.data.parts);
}
