import type { Value } from "./documents.ts";

/** In Firestore's order across kinds. */
export const kinds = ["null", "boolean", "number", "string", "array", "vector", "map"] as const;
export type Kind = (typeof kinds)[number];

export type Vector = { $vector: number[] };
export type ValueMap = { [key: string]: Value };

export function kindOf(value: Value): Kind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value !== "object") return typeof value as "boolean" | "number" | "string";
  return isVector(value) ? "vector" : "map";
}

/** `$vector` is a key of nothing else: `acceptFields` sees to that. */
export function isVector(value: Value | undefined): value is Vector {
  return isObject(value) && "$vector" in value;
}

export function isMap(value: Value | undefined): value is ValueMap {
  return isObject(value) && !("$vector" in value);
}

function isObject(value: Value | undefined): value is ValueMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
