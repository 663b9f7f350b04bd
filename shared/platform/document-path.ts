import { type CollectionPath, type DocumentPath, InvalidDocument } from "./documents.ts";

const maxSegmentBytes = 1_500;
const reserved = /^__.*__$/s;

/** Where a document stands: its collection's path and its own id. */
export type Place = { collection: CollectionPath; id: string };

/** Splits a path that `checkDocumentPath` accepts. */
export function toPlace(path: DocumentPath): Place {
  const slash = path.lastIndexOf("/");
  return { collection: path.slice(0, slash), id: path.slice(slash + 1) };
}

/** Throws `InvalidDocument` unless `path` is an even number of segments that Firestore would take. */
export function checkDocumentPath(path: DocumentPath): void {
  if (countSegments(path) % 2 !== 0) throw new InvalidDocument(`"${path}" is not the path of a document`);
}

/** Throws `InvalidDocument` unless `path` is an odd number of segments that Firestore would take. */
export function checkCollectionPath(path: CollectionPath): void {
  if (countSegments(path) % 2 !== 1) throw new InvalidDocument(`"${path}" is not the path of a collection`);
}

export function isDocumentPath(path: string): boolean {
  return path.split("/").length % 2 === 0;
}

function countSegments(path: unknown): number {
  if (typeof path !== "string") throw new InvalidDocument("a path is not text");
  const segments = path.split("/");
  for (const segment of segments) {
    const problem = findSegmentProblem(segment);
    if (problem) throw new InvalidDocument(`the path "${path}" has a segment that ${problem}`);
  }
  return segments.length;
}

function findSegmentProblem(segment: string): string | undefined {
  if (segment === "") return "is empty";
  if (segment === "." || segment === "..") return "is made of dots";
  if (segment.startsWith("__") && reserved.test(segment)) return "is reserved";
  if (!segment.isWellFormed()) return "is not Unicode";
  if (Buffer.byteLength(segment) > maxSegmentBytes) return `is longer than ${maxSegmentBytes} bytes`;
  return undefined;
}
