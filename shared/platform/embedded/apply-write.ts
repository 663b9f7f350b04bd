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
  const after: ValueMap = { ...before };
  for (const name in fields) setField(after, toFieldPath(name), fields[name] ?? null);
  for (const name in increments) incrementField(after, toFieldPath(name), increments[name] ?? 0);
  for (const name of removes) removeField(after, toFieldPath(name));
  return Object.freeze(after);
}

function incrementField(data: ValueMap, path: FieldPath, amount: number): void {
  const current = readField(data, path);
  const sum = (typeof current === "number" ? current : 0) + amount;
  if (!Number.isFinite(sum)) throw new InvalidDocument(`"${path.join(".")}" would grow beyond all numbers`);
  setField(data, path, sum);
}

/** What is on the way and not a map becomes one. */
function setField(map: ValueMap, [key = "", ...rest]: FieldPath, value: Value): void {
  map[key] = rest.length === 0 ? value : withChild(map, key, (child) => setField(child, rest, value));
}

function removeField(map: ValueMap, [key = "", ...rest]: FieldPath): void {
  if (readField(map, [key, ...rest]) === undefined) return;
  if (rest.length === 0) delete map[key];
  else map[key] = withChild(map, key, (child) => removeField(child, rest));
}

function withChild(map: ValueMap, key: string, change: (child: ValueMap) => void): ValueMap {
  const child = Object.hasOwn(map, key) ? map[key] : undefined;
  const copy = isMap(child) ? { ...child } : {};
  change(copy);
  return Object.freeze(copy);
}
