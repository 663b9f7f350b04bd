import { copyWithout } from "../../core/copy-without.ts";
import type { AcceptedUpdate, AcceptedWrite } from "../accept-writes.ts";
import { type Fields, InvalidDocument, type Value } from "../documents.ts";
import { type FieldPath, readField, toFieldPath } from "../field-path.ts";
import { isMap, type ValueMap } from "../value-kind.ts";

/** What an accepted write makes of a document's data. Shares what it does not change; the result is frozen. */
export function applyWrite(before: Fields | undefined, write: AcceptedWrite): Fields | undefined {
  if (write.op === "delete") return undefined;
  if (write.op === "update") return applyUpdate(before ?? {}, write);
  return write.data;
}

function applyUpdate(before: Fields, { fields, increments, removes }: AcceptedUpdate): Fields {
  // No name is in two of these, so their order is free.
  const after = removes.length === 0 ? { ...before } : removeFields(before, removes);
  if (isDotted(fields)) for (const name in fields) setField(after, toFieldPath(name), fields[name] ?? null);
  else Object.assign(after, fields);
  for (const name in increments) incrementField(after, toFieldPath(name), increments[name] ?? 0);
  return Object.freeze(after);
}

/** A path leads into a map; a key that is written like it is another field. */
function removeFields(before: Fields, names: string[]): ValueMap {
  const paths = names.filter((name) => name.includes("."));
  const keys = paths.length === 0 ? names : names.filter((name) => !name.includes("."));
  const after: ValueMap = copyWithout(before, keys);
  for (const path of paths) removeField(after, toFieldPath(path));
  return after;
}

/** Whether a name leads into a map. */
function isDotted(fields: Fields): boolean {
  for (const name in fields) if (name.includes(".")) return true;
  return false;
}

function incrementField(data: ValueMap, path: FieldPath, amount: number): void {
  const current = readField(data, path);
  const sum = (typeof current === "number" ? current : 0) + amount;
  if (!Number.isFinite(sum)) throw new InvalidDocument(`"${path.join(".")}" would grow beyond all numbers`);
  setField(data, path, sum);
}

/** What is on the way and not a map becomes one. */
function setField(map: ValueMap, path: FieldPath, value: Value): void {
  const [key = ""] = path;
  map[key] =
    path.length === 1 ? value : withChild(map, key, (child) => setField(child, path.slice(1), value));
}

function removeField(map: ValueMap, path: FieldPath): void {
  if (readField(map, path) === undefined) return;
  const [key = ""] = path;
  if (path.length === 1) delete map[key];
  else map[key] = withChild(map, key, (child) => removeField(child, path.slice(1)));
}

function withChild(map: ValueMap, key: string, change: (child: ValueMap) => void): ValueMap {
  const child = Object.hasOwn(map, key) ? map[key] : undefined;
  const copy = isMap(child) ? { ...child } : {};
  change(copy);
  return Object.freeze(copy);
}
