import type { Platform } from "../platform/platform.ts";
import { putBlob } from "../platform/put-blob.ts";
import type { BatchDocument, BatchSnapshot } from "./batch-document.ts";
import { type BatchSizes, batchSizes } from "./batch-sizes.ts";
import { changeBatch } from "./change-batch.ts";
import type { LineEndpoints } from "./endpoints.ts";
import { type FileDocument, type FilePart, partKey } from "./file-document.ts";
import { readOutcomes } from "./read-outcomes.ts";
import { removeParts } from "./remove-parts.ts";
import { type FileKind, toResultFile } from "./result-file.ts";
import { partType } from "./store-file.ts";
import { toOutputLine } from "./to-output-line.ts";

export type AssembleDeps = Pick<Platform, "documents" | "blobs" | "clock" | "ids"> & {
  lines: LineEndpoints;
  /** Where other sizes than the usual are wanted, as in tests. */
  sizes?: BatchSizes;
};

/** Lines of the two files that are not written yet, up to before line `next` of the input. */
type Draft = Record<FileKind, { text: string[]; bytes: number }> & { next: number };

/**
 * Writes what became of the lines into the output and the error file, part by part, until `until`; how far it has come stands
 * in the batch, and a part counts only once it does. Resolves to the batch, or to `undefined` where another driver was faster.
 */
export async function assembleResults(
  deps: AssembleDeps,
  batch: BatchSnapshot,
  input: FileDocument,
  until: number,
): Promise<BatchSnapshot | undefined> {
  const endpoint = deps.lines.endpoints[batch.data.endpoint];
  if (!endpoint) throw new Error(`no endpoint ${batch.data.endpoint} of batch ${batch.data.id}`);
  let current = batch;
  let draft = newDraft(batch.data.assembled);
  for await (const outcome of readOutcomes(deps, batch.data, input, batch.data.assembled)) {
    const { isError, text } = await toOutputLine(batch.data, outcome, endpoint);
    const file = draft[isError ? "error" : "output"];
    file.text.push(text);
    file.bytes += Buffer.byteLength(text) + 1;
    draft.next = outcome.line + 1;
    if (!isLarge(draft, current.data, deps.sizes ?? batchSizes)) continue;
    const next = await keepDraft(deps, current, draft);
    if (!next?.updateTime || deps.clock.now() >= until) return next;
    current = next;
    draft = newDraft(draft.next);
  }
  return draft.next > current.data.assembled ? keepDraft(deps, current, draft) : current;
}

function newDraft(next: number): Draft {
  return { output: { text: [], bytes: 0 }, error: { text: [], bytes: 0 }, next };
}

function isLarge(
  { output, error, next }: Draft,
  { assembled }: BatchDocument,
  { partLines, partBytes }: BatchSizes,
): boolean {
  return output.bytes + error.bytes >= partBytes || next - assembled >= partLines;
}

async function keepDraft(
  deps: AssembleDeps,
  batch: BatchSnapshot,
  draft: Draft,
): Promise<BatchSnapshot | undefined> {
  const [output, error] = await Promise.all([
    putPart(deps, batch.data, draft, "output"),
    putPart(deps, batch.data, draft, "error"),
  ]);
  const { outputParts, errorParts, completed, failed, assembled } = batch.data;
  const isFirst = assembled === 0;
  const next = await changeBatch(deps, batch, {
    assembled: draft.next,
    outputParts: [...outputParts, ...output],
    errorParts: [...errorParts, ...error],
    // From the first line on it is what the files hold that counts.
    completed: (isFirst ? 0 : completed) + draft.output.text.length,
    failed: (isFirst ? 0 : failed) + draft.error.text.length,
  });
  if (next) return next;
  await removeParts(deps, toResultFile(batch.data, "output"), output);
  await removeParts(deps, toResultFile(batch.data, "error"), error);
  return undefined;
}

/** Named anew each time: another driver's part of the same lines is another blob. */
async function putPart(
  { blobs, ids }: AssembleDeps,
  batch: BatchDocument,
  draft: Draft,
  kind: FileKind,
): Promise<FilePart[]> {
  const { text, bytes } = draft[kind];
  if (text.length === 0) return [];
  const name = ids.newId("part");
  const content = Buffer.from(`${text.join("\n")}\n`);
  await putBlob({ blobs }, partKey(toResultFile(batch, kind), name), content, { contentType: partType });
  return [{ name, bytes }];
}
