import type firestore from "@google-cloud/firestore";
import { deleteField, toDeleteTime } from "../delete-time.ts";
import type { Fields, Snapshot, Value } from "../documents.ts";
import { toWriteTime } from "./write-time.ts";

/** A document that exists, as the listening client gives it. */
export function fromClientSnapshot(found: firestore.DocumentSnapshot): Snapshot {
  const { seconds = 0, nanoseconds: nanos = 0 } = found.updateTime ?? {};
  const data = fromClientDocument(found.data() ?? {});
  return { path: found.ref.path, id: found.id, data, updateTime: toWriteTime({ seconds, nanos }) };
}

function fromClientDocument(data: Record<string, unknown>): Fields {
  const time = data[deleteField];
  if (!isTimestamp(time)) return fromClientMap(data);
  const { seconds, nanoseconds: nanos } = time;
  return fromClientMap({ ...data, [deleteField]: toDeleteTime(toWriteTime({ seconds, nanos })) });
}

function fromClientMap(map: object): Fields {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, fromClientValue(value)]));
}

function fromClientValue(value: unknown): Value {
  if (Array.isArray(value)) return value.map(fromClientValue);
  if (typeof value !== "object" || value === null) return value as Value;
  if (isVectorValue(value)) return { $vector: value.toArray() };
  if (Object.getPrototypeOf(value) === Object.prototype) return fromClientMap(value);
  throw new Error(`A document holds a value that is not JSON (${value.constructor.name}).`);
}

function isTimestamp(value: unknown): value is firestore.Timestamp {
  return (
    typeof value === "object" && value !== null && "toMillis" in value && typeof value.toMillis === "function"
  );
}

/** By its shape: the class is loaded with the client only. A map of data holds no functions. */
function isVectorValue(value: object): value is firestore.VectorValue {
  return "toArray" in value && typeof value.toArray === "function";
}
