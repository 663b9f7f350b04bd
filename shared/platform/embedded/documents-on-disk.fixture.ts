import { createLog, type LogLine } from "../../core/log.ts";
import type { Snapshot } from "../documents.ts";
import { type EmbeddedDocuments, type EmbeddedDocumentsOptions, openEmbeddedDocuments } from "./documents.ts";
import { createFaultyDisk } from "./faulty-disk.fixture.ts";
import { createVirtualClock } from "./virtual-clock.ts";

export type Folder = EmbeddedDocuments & { lines: LogLine[] };

/** Documents kept in `folder`, without waiting for the disk. */
export async function openOnDisk(
  folder: string,
  options: Partial<EmbeddedDocumentsOptions> = {},
): Promise<Folder> {
  const lines: LogLine[] = [];
  const log = createLog((line) => lines.push(line));
  const { disk } = createFaultyDisk();
  const clock = createVirtualClock();
  return { ...(await openEmbeddedDocuments({ folder, clock, log, disk, ...options })), lines };
}

/** All of the collection `c`. */
export async function readAll({ documents }: Pick<Folder, "documents">): Promise<Snapshot[]> {
  return documents.query({ collection: "c" });
}

/** What a folder holds, opened and closed for it. */
export async function readFolder(folder: string): Promise<Snapshot[]> {
  const opened = await openOnDisk(folder);
  const found = await readAll(opened);
  await opened.close();
  return found;
}
