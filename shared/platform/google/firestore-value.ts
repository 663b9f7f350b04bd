import type { Fields, Value } from "../documents.ts";
import { isVector } from "../value-kind.ts";
import type { ValueMessage } from "./firestore-messages.ts";

/** How Firestore tells a vector from a map: https://firebase.google.com/docs/firestore/vector-search */
const typeKey = "__type__";
const vectorType = "__vector__";

export function toFirestoreFields(fields: Fields): Record<string, ValueMessage> {
  return mapEntries(fields, toFirestoreValue);
}

export function toFirestoreValue(value: Value): ValueMessage {
  if (value === null) return { nullValue: "NULL_VALUE" };
  if (typeof value === "boolean") return { booleanValue: value };
  if (typeof value === "number") return toFirestoreNumber(value);
  if (typeof value === "string") return { stringValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(toFirestoreValue) } };
  if (isVector(value)) return toFirestoreVector(value.$vector);
  return { mapValue: { fields: toFirestoreFields(value) } };
}

/** An integer where it is one, as Firestore's own clients do: 1 and 1.0 are the same to a query, but not to a change. */
export function toFirestoreNumber(value: number): ValueMessage {
  return Number.isSafeInteger(value) ? { integerValue: value } : { doubleValue: value };
}

export function toFirestoreVector(numbers: number[]): ValueMessage {
  const values = numbers.map((number) => ({ doubleValue: number }));
  return {
    mapValue: { fields: { [typeKey]: { stringValue: vectorType }, value: { arrayValue: { values } } } },
  };
}

export function fromFirestoreFields(fields: Record<string, ValueMessage> | null | undefined): Fields {
  return mapEntries(fields ?? {}, fromFirestoreValue);
}

function fromFirestoreValue(message: ValueMessage): Value {
  const { mapValue, arrayValue, stringValue, booleanValue, integerValue, doubleValue } = message;
  if (isGiven(stringValue)) return stringValue;
  if (isGiven(integerValue)) return Number(integerValue);
  if (isGiven(doubleValue)) return Number(doubleValue);
  if (isGiven(booleanValue)) return booleanValue;
  if (isGiven(arrayValue)) return (arrayValue.values ?? []).map(fromFirestoreValue);
  if (isGiven(mapValue)) return fromMap(mapValue.fields ?? {});
  if ("nullValue" in message) return null;
  throw new Error(`A document holds a value that is not JSON (${Object.keys(message).join()}).`);
}

function fromMap(fields: Record<string, ValueMessage>): Value {
  const isMarked = fields[typeKey]?.stringValue === vectorType;
  const numbers = fields.value?.arrayValue?.values ?? [];
  if (isMarked)
    return { $vector: numbers.map((number) => Number(number.doubleValue ?? number.integerValue)) };
  return fromFirestoreFields(fields);
}

/** What is not set comes as `null` over one transport and not at all over the other. */
function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

/** Keys such as `constructor` are data too, so the map is written by definition, not by assignment. */
function mapEntries<From, To>(map: Record<string, From>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
