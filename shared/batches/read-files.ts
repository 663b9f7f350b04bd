import { canRead, ownerFilter, type Principal } from "../access/principal.ts";
import { ConeaError } from "../core/conea-error.ts";
import { isId } from "../core/ids.ts";
import type { Filter, Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { type FileDocument, type FilePurpose, filePath, isThere, partKey } from "./file-document.ts";

type Deps = Pick<Platform, "documents" | "clock">;

/** The file of an id, if the principal may see it. Throws `not_found`, which tells nobody whether it exists. */
export async function findFile(
  { documents, clock }: Deps,
  principal: Principal,
  fileId: string,
): Promise<Snapshot<FileDocument>> {
  const snapshot = isId("file", fileId) ? await documents.get<FileDocument>(filePath(fileId)) : undefined;
  if (snapshot && isThere(snapshot.data, clock.now()) && canRead(principal, snapshot.data)) return snapshot;
  throw new ConeaError("not_found", `There is no file ${fileId}.`);
}

export type ListFiles = {
  purpose?: FilePurpose | undefined;
  order: "asc" | "desc";
  limit: number;
  /** Continue after this file. */
  after?: string | undefined;
};

/** The files the principal may see, by age. Throws `not_found` for an `after` that is none of them. */
export async function listFiles(
  deps: Deps,
  principal: Principal,
  { purpose, order, limit, after }: ListFiles,
): Promise<{ files: FileDocument[]; hasMore: boolean }> {
  const owner = ownerFilter(principal);
  const where: Filter[] = [
    ["tenant", "==", principal.tenant],
    ["deleted", "==", false],
    ...(owner === undefined ? [] : [["createdBy", "==", owner] satisfies Filter]),
    ...(purpose === undefined ? [] : [["purpose", "==", purpose] satisfies Filter]),
  ];
  const files: FileDocument[] = [];
  let last = after === undefined ? undefined : (await findFile(deps, principal, after)).data;
  // What has expired is in the way for a minute, until the sweep has removed it.
  for (let isEnd = false; !isEnd && files.length <= limit; ) {
    const found = await deps.documents.query<FileDocument>({
      collection: "files",
      where,
      orderBy: [["sequence", order]],
      limit: limit + 1,
      ...(last && { startAfter: { values: [last.sequence], id: last.id } }),
    });
    files.push(...found.map(({ data }) => data).filter((file) => isThere(file, deps.clock.now())));
    last = found.at(-1)?.data;
    isEnd = found.length <= limit;
  }
  return { files: files.slice(0, limit), hasMore: files.length > limit };
}

/** A part of a file. Throws where it is gone: whoever reads a file has seen its document, which goes first. */
export async function readPart(
  { blobs }: Pick<Platform, "blobs">,
  file: FileDocument,
  name: string,
): Promise<Uint8Array> {
  const found = await blobs.get(partKey(file, name));
  if (!found) throw new Error(`a part of file ${file.id} is gone`);
  return found.content;
}

/** The whole content, a part at a time, as fast as it is read. */
export function openContent(deps: Pick<Platform, "blobs">, file: FileDocument): ReadableStream<Uint8Array> {
  const parts = file.parts.values();
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const { value: part } = parts.next();
      if (part) controller.enqueue(new Uint8Array(await readPart(deps, file, part.name)));
      else controller.close();
    },
  });
}
