import { acceptFields, acceptFieldValue, acceptMap } from "./accept-value.ts";
import { deleteField, withDeleteTime } from "./delete-time.ts";
import { checkDocumentPath } from "./document-path.ts";
import {
  type DocumentPath,
  type Fields,
  InvalidDocument,
  type Precondition,
  type Write,
} from "./documents.ts";
import { toFieldPath } from "./field-path.ts";
import { isSurelySmall, maxDocumentBytes, measureDocument, weighDocument } from "./measure-document.ts";

const maxWrites = 500;
const maxCommitBytes = 10 * 1_048_576;

/** A write that every implementation takes: checked, copied, frozen, without anything `undefined`. */
export type AcceptedWrite =
  | { op: "create"; path: DocumentPath; data: Fields; precondition?: undefined }
  | { op: "set"; path: DocumentPath; data: Fields; precondition?: Precondition }
  | AcceptedUpdate
  | { op: "delete"; path: DocumentPath; precondition?: Precondition };

/** No name in `fields`, `increments` and `removes` is, or leads to, another. All three may be empty. */
export type AcceptedUpdate = {
  op: "update";
  path: DocumentPath;
  fields: Fields;
  increments: Record<string, number>;
  removes: string[];
  precondition?: { updateTime: string };
};

/** Throws `InvalidDocument` for a commit that could not succeed whatever is stored, beyond the size of updated documents. */
export function acceptWrites(writes: Write[]): AcceptedWrite[] {
  if (writes.length > maxWrites) throw new InvalidDocument(`a commit has more than ${maxWrites} writes`);
  const accepted = writes.map(acceptWrite);
  if (accepted.length > 1) checkSequence(accepted);
  checkSizes(accepted);
  return accepted;
}

function acceptWrite(write: Write): AcceptedWrite {
  const { path } = write;
  checkDocumentPath(path);
  if (write.op === "create") return { op: "create", path, data: acceptData(write.data) };
  const precondition = acceptPrecondition(write);
  if (write.op === "set") return { op: "set", path, data: acceptData(write.data), ...precondition };
  if (write.op === "delete") return { op: "delete", path, ...precondition };
  return acceptUpdate(write);
}

function acceptData(data: object): Fields {
  return withDeleteTime(acceptFields(data));
}

function acceptUpdate(write: Write & { op: "update" }): AcceptedUpdate {
  const { path } = write;
  const update = {
    op: "update" as const,
    path,
    fields: acceptUpdatedFields(write.fields ?? {}),
    increments: acceptIncrements(write.increments ?? {}),
    removes: [...(write.removes ?? [])],
  };
  checkApart(update);
  const { precondition } = acceptPrecondition(write);
  if (precondition === undefined) return update;
  if ("updateTime" in precondition) return { ...update, precondition };
  if (precondition.exists) return update;
  throw new InvalidDocument(`the update of "${path}" asks for its absence`);
}

function acceptUpdatedFields(fields: object): Fields {
  for (const name in fields) if (name.includes(".")) return acceptPaths(fields as Record<string, unknown>);
  return withDeleteTime(acceptMap(fields as Record<string, unknown>));
}

function acceptPaths(fields: Record<string, unknown>): Fields {
  const accepted: Fields = {};
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined) accepted[name] = acceptFieldValue(value, toFieldPath(name));
  }
  return withDeleteTime(accepted);
}

function acceptIncrements(increments: Record<string, number | undefined>): Record<string, number> {
  const accepted: Record<string, number> = {};
  for (const name in increments) {
    const amount = increments[name];
    if (amount === undefined) continue;
    if (!Number.isFinite(amount)) throw new InvalidDocument(`the increment of "${name}" is not a number`);
    if (name === deleteField) throw refusePart();
    accepted[name] = amount;
  }
  return accepted;
}

/** Firestore's client refuses the same: which of two overlapping changes comes last is anybody's guess. */
function checkApart({ fields, increments, removes }: AcceptedUpdate): void {
  const isField = (name: string) => Object.hasOwn(fields, name);
  const isNamed = (name: string) =>
    isField(name) || Object.hasOwn(increments, name) || removes.includes(name);
  for (const name in fields) checkAbove(name, isNamed);
  for (const name in increments) checkName(name, isField(name), isNamed);
  removes.forEach((name, index) => {
    const isTwice = isField(name) || Object.hasOwn(increments, name) || removes.indexOf(name) < index;
    checkName(name, isTwice, isNamed);
  });
}

function checkName(name: string, isTwice: boolean, isNamed: (name: string) => boolean): void {
  toFieldPath(name);
  if (isTwice) throw new InvalidDocument("an update names a field twice");
  checkAbove(name, isNamed);
}

/** A map on the way to the field is not named too, nor is the field part of a time, which has none. */
function checkAbove(name: string, isNamed: (name: string) => boolean): void {
  for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) {
    const above = name.slice(0, dot);
    if (above === deleteField) throw refusePart();
    if (isNamed(above)) throw new InvalidDocument(`an update names "${name}" and a map that holds it`);
  }
}

function refusePart(): InvalidDocument {
  return new InvalidDocument(`an update changes "${deleteField}" in part`);
}

function acceptPrecondition({ path, precondition }: Exclude<Write, { op: "create" }>): {
  precondition?: Precondition;
} {
  if (precondition === undefined) return {};
  const names = Object.keys(precondition);
  const isExists = "exists" in precondition && typeof precondition.exists === "boolean";
  const isUpdateTime = "updateTime" in precondition && typeof precondition.updateTime === "string";
  if (names.length !== 1 || !(isExists || isUpdateTime))
    throw new InvalidDocument(`the precondition on "${path}" is neither \`exists\` nor \`updateTime\``);
  return { precondition };
}

/**
 * A document may be written several times in one commit, as long as no write contradicts an earlier one; only the first
 * depends on what is stored.
 */
function checkSequence(writes: AcceptedWrite[]): void {
  const written = new Map<DocumentPath, { isPresent: boolean; time: string | undefined }>();
  for (const write of writes) {
    const expected = toExpectedPresence(write);
    const time = toExpectedTime(write);
    const earlier = written.get(write.path);
    const isOther = earlier && expected !== undefined && expected !== earlier.isPresent;
    if (isOther || (earlier && time !== undefined && time !== earlier.time))
      throw new InvalidDocument(`a commit contradicts itself about "${write.path}"`);
    written.set(write.path, { isPresent: write.op !== "delete", time: earlier ? earlier.time : time });
  }
}

/** The update time that the document must have before the write. */
export function toExpectedTime({ precondition }: AcceptedWrite): string | undefined {
  return precondition && "updateTime" in precondition ? precondition.updateTime : undefined;
}

/** Whether the document must be there before the write, must not be, or either. */
export function toExpectedPresence({ op, precondition }: AcceptedWrite): boolean | undefined {
  if (op === "create") return false;
  if (op === "update") return true;
  if (precondition === undefined) return undefined;
  return "exists" in precondition ? precondition.exists : true;
}

function checkSizes(writes: AcceptedWrite[]): void {
  let weight = 0;
  for (const write of writes) weight += weighDocument(write.path, toWritten(write));
  if (isSurelySmall(weight)) return;
  let sum = 0;
  for (const write of writes) sum += checkSize(write);
  if (sum > maxCommitBytes) throw new InvalidDocument(`a commit is larger than ${maxCommitBytes} bytes`);
}

function checkSize(write: AcceptedWrite): number {
  const bytes = measureDocument(write.path, toWritten(write));
  if (bytes <= maxDocumentBytes) return bytes;
  throw new InvalidDocument(`"${write.path}" would be larger than ${maxDocumentBytes} bytes`);
}

function toWritten(write: AcceptedWrite): Fields {
  if (write.op === "delete") return {};
  return write.op === "update" ? write.fields : write.data;
}
