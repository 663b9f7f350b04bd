import { type Fields, InvalidDocument, type Value } from "./documents.ts";
import { acceptKey, type FieldPath, maxDepth, maxKeyBytes } from "./field-path.ts";

const maxDimensions = 2_048;
const maxStringBytes = 1_048_487;
/** No text of so many UTF-16 units has more bytes than that. */
const surelyShort = Math.floor(maxStringBytes / 3);

/** Where a value stands: how many maps and arrays hold it, and the bytes of the keys on the way, dots included. */
type Position = { key: string; depth: number; pathBytes: number };
const top: Position = { key: "", depth: 0, pathBytes: 0 };

/**
 * A frozen copy of a document's data, without properties that are `undefined`. Throws `InvalidDocument` for whatever
 * Firestore would refuse in it and for whatever is not JSON.
 */
export function acceptFields(data: object): Fields {
  if (!isPlainObject(data)) throw new InvalidDocument("a document's data is not a plain object");
  return acceptMap(data);
}

/** The same for one value that is to stand at `path`. */
export function acceptFieldValue(value: unknown, path: FieldPath): Value {
  const key = path.at(-1) ?? "";
  return acceptValue(value, { key, depth: path.length - 1, pathBytes: path.join(".").length });
}

function acceptValue(value: unknown, at: Position): Value {
  if (typeof value === "string") return acceptText(value, at);
  if (typeof value === "number") return acceptNumber(value, at);
  if (typeof value === "boolean" || value === null) return value;
  if (Array.isArray(value)) return acceptArray(value, descend(at));
  if (!isPlainObject(value)) throw refuse(at, `holds ${nameOf(value)}, which is not JSON`);
  if (Object.hasOwn(value, "$vector")) return acceptVector(value, at);
  return acceptMap(value, descend(at));
}

function acceptText(value: string, at: Position): string {
  const bytes = value.length <= surelyShort ? 0 : Buffer.byteLength(value);
  if (bytes > maxStringBytes) throw refuse(at, `holds a text longer than ${maxStringBytes} bytes`);
  if (!value.isWellFormed()) throw refuse(at, "holds a text with half a surrogate pair");
  return value;
}

function acceptNumber(value: number, at: Position): number {
  if (!Number.isFinite(value)) throw refuse(at, `holds ${value}, which is not JSON`);
  return value === 0 ? 0 : value;
}

function acceptArray(values: unknown[], at: Position): Value[] {
  const accepted = new Array<Value>(values.length);
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (Array.isArray(value)) throw refuse(at, "holds an array directly inside an array");
    accepted[index] = acceptValue(value, at);
    if (isPlainObject(value) && Object.hasOwn(value, "$vector"))
      throw refuse(at, "holds a vector inside an array");
  }
  Object.freeze(accepted);
  return accepted;
}

function acceptVector(value: { [key: string]: unknown }, at: Position): Value {
  const [numbers, ...rest] = Object.values(value);
  if (rest.length > 0) throw refuse(at, "has a key $vector beside others");
  if (!Array.isArray(numbers) || !numbers.every(Number.isFinite))
    throw refuse(at, "holds a vector that is not made of numbers");
  if (numbers.length < 1 || numbers.length > maxDimensions)
    throw refuse(at, `holds a vector without 1 to ${maxDimensions} dimensions`);
  return Object.freeze({ $vector: Object.freeze([...numbers]) as number[] });
}

/** The same for a map whose keys are checked as those of a document. */
export function acceptMap(map: { [key: string]: unknown }, at: Position = top): Fields {
  // A copy keeps the shape that the map has; built key by key, a large one would become a hash table.
  const accepted = { ...map };
  for (const key in map) {
    const value = map[key];
    const taken = value === undefined ? undefined : acceptField(value, key, at);
    if (taken === undefined) delete accepted[key];
    else if (!Object.is(taken, value)) accepted[key] = taken;
  }
  return Object.freeze(accepted as Fields);
}

/** Most values hold nothing, and then where they stand is only asked for when they are refused. */
function acceptField(value: unknown, key: string, at: Position): Value {
  const pathBytes = at.pathBytes + (at.pathBytes === 0 ? 0 : 1) + acceptKey(key);
  if (pathBytes > maxKeyBytes)
    throw refuse(at, `has keys within that are longer than ${maxKeyBytes} bytes together`);
  if (typeof value === "boolean" || value === null) return value;
  if (typeof value === "string" && value.length <= surelyShort && value.isWellFormed()) return value;
  return acceptValue(value, { key, depth: at.depth, pathBytes });
}

function descend(at: Position): Position {
  if (at.depth >= maxDepth) throw refuse(at, `holds more than ${maxDepth} maps and arrays in one another`);
  return { key: at.key, depth: at.depth + 1, pathBytes: at.pathBytes };
}

function isPlainObject(value: unknown): value is { [key: string]: unknown } {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function nameOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  return `an instance of ${value.constructor?.name ?? "something"}`;
}

function refuse(at: Position, problem: string): InvalidDocument {
  return new InvalidDocument(`the field "${at.key.slice(0, 100)}" ${problem}`);
}
