import type { CompositeIndex, FieldOverride, IndexFile } from "./index-file.ts";
import type { QueryShape } from "./query-shape.ts";

type Order = QueryShape["order"];
type IndexField = CompositeIndex["fields"][number];

/** The fields by which an index finds, before those by which it sorts. */
type Found = { fields: string[] };

/**
 * Whether Firestore can answer a query of this shape (https://firebase.google.com/docs/firestore/query-data/index-overview):
 * without an index where it asks for nothing, and else by one or several that it merges: each finds by some of the
 * equal fields and then sorts exactly as the query does, and together they find by all of them. A vector search merges none.
 */
export function isServed(shape: QueryShape, file: IndexFile): boolean {
  const { equal, contains, order, vector } = shape;
  const wanted = [...equal, ...contains];
  if (wanted.length === 0 && order.length === 0 && vector === undefined) return true;
  const usable = [...fromComposites(shape, file), ...fromSingleFields(shape, file.fieldOverrides)];
  if (wanted.length === 0) return usable.length > 0;
  if (vector !== undefined) return usable.some(({ fields }) => fields.length === wanted.length);
  return wanted.every((field) => usable.some(({ fields }) => fields.includes(field)));
}

function fromComposites(shape: QueryShape, { indexes }: IndexFile): Found[] {
  return indexes
    .filter((index) => index.collectionGroup === shape.collectionGroup && index.queryScope === "COLLECTION")
    .flatMap(({ fields }) => toFound(fields, shape) ?? []);
}

function toFound(fields: IndexField[], { equal, contains, order, vector }: QueryShape): Found | undefined {
  const sorting = vector === undefined ? order.length : 1;
  const [finding, sorted] = [fields.slice(0, fields.length - sorting), fields.slice(fields.length - sorting)];
  const fits = vector === undefined ? sortsBy(sorted, order) : isVectorOf(sorted[0], vector);
  const isAsked = finding.every((field) =>
    ("arrayConfig" in field ? contains : equal).includes(field.fieldPath),
  );
  // Where the query sorts by nothing but the id, so does the index: in the direction of its last field.
  const idFits = sorting > 0 || !("order" in (finding.at(-1) ?? {})) || isAscending(finding.at(-1));
  return fits && isAsked && idFits ? { fields: finding.map(({ fieldPath }) => fieldPath) } : undefined;
}

function sortsBy(fields: IndexField[], order: Order): boolean {
  return (
    fields.length === order.length &&
    fields.every((field, index) => {
      const [name, direction] = order[index] ?? [];
      return field.fieldPath === name && "order" in field && field.order === direction;
    })
  );
}

function isVectorOf(field: IndexField | undefined, vector: string): boolean {
  return field !== undefined && "vectorConfig" in field && field.fieldPath === vector;
}

function isAscending(field: IndexField | undefined): boolean {
  return field !== undefined && "order" in field && field.order === "ASCENDING";
}

/** Firestore indexes each field by itself, unless an override says otherwise: of the field, or else of all (`*`). */
function fromSingleFields(
  { collectionGroup, equal, contains, order, vector }: QueryShape,
  overrides: FieldOverride[],
): Found[] {
  const indexesOf = (field: string) => {
    const of = (path: string) =>
      overrides.find((one) => one.collectionGroup === collectionGroup && one.fieldPath === path);
    return (of(field) ?? of("*"))?.indexes;
  };
  const isSorted = (field: string, direction: string) =>
    indexesOf(field)?.some((index) => "order" in index && index.order === direction) ?? true;
  const isArray = (field: string) => indexesOf(field)?.some((index) => "arrayConfig" in index) ?? true;
  if (vector !== undefined || order.length > 1) return [];
  const [only] = order;
  if (only) return equal.length + contains.length === 0 && isSorted(...only) ? [{ fields: [] }] : [];
  return [...equal.filter((field) => isSorted(field, "ASCENDING")), ...contains.filter(isArray)].map(
    (field) => ({ fields: [field] }),
  );
}
