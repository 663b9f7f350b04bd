import { readFileSync } from "node:fs";
import { z } from "zod";

const order = z.enum(["ASCENDING", "DESCENDING"]);
const queryScope = z.enum(["COLLECTION", "COLLECTION_GROUP"]);
const fieldPath = z.string().min(1);

const IndexField = z.union([
  z.strictObject({ fieldPath, order }),
  z.strictObject({ fieldPath, arrayConfig: z.literal("CONTAINS") }),
  z.strictObject({
    fieldPath,
    vectorConfig: z.strictObject({ dimension: z.int().positive(), flat: z.strictObject({}) }),
  }),
]);

const SingleFieldIndex = z.union([
  z.strictObject({ queryScope, order }),
  z.strictObject({ queryScope, arrayConfig: z.literal("CONTAINS") }),
]);

/** Firebase's own format, strict: https://firebase.google.com/docs/reference/firestore/indexes */
export const IndexFile = z.strictObject({
  indexes: z.array(
    z.strictObject({ collectionGroup: z.string(), queryScope, fields: z.array(IndexField).min(2) }),
  ),
  fieldOverrides: z.array(
    z.strictObject({
      collectionGroup: z.string(),
      fieldPath,
      ttl: z.boolean().optional(),
      indexes: z.array(SingleFieldIndex),
    }),
  ),
});
export type IndexFile = z.infer<typeof IndexFile>;
export type CompositeIndex = IndexFile["indexes"][number];
export type FieldOverride = IndexFile["fieldOverrides"][number];

export function readIndexFile(): IndexFile {
  const file = new URL("../../firebase/firestore.indexes.json", import.meta.url);
  return IndexFile.parse(JSON.parse(readFileSync(file, "utf8")));
}
