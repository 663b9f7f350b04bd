export type JsonSchema = Record<string, unknown>;

/** As deep as a schema that refers to itself is followed. */
const deepest = 16;

const formats: Record<string, string> = {
  date: "2026-01-01",
  "date-time": "2026-01-01T00:00:00Z",
  duration: "PT1S",
  email: "rehearsal@example.com",
  ipv4: "192.0.2.1",
  time: "00:00:00Z",
  uri: "https://example.com/",
  uuid: "00000000-0000-4000-8000-000000000000",
};

/** The smallest value that fits a JSON Schema, or comes near where it asks for a pattern. Takes Gemini's upper-case types. */
export function toInstance(schema: JsonSchema): unknown {
  return build(schema, schema, 0);
}

function build(given: unknown, root: JsonSchema, depth: number): unknown {
  const schema = resolve(given, root);
  if (depth > deepest) return null;
  if ("const" in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const [first] = [schema.anyOf, schema.oneOf].flatMap((choice) => (Array.isArray(choice) ? choice : []));
  if (first) return build(first, root, depth + 1);
  switch (toType(schema)) {
    case "object":
      return buildObject(schema, root, depth);
    case "array":
      return buildArray(schema, root, depth);
    case "integer":
    case "number":
      return buildNumber(schema);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return buildString(schema);
  }
}

/** Follows `$ref` within the schema and puts `allOf` together. */
function resolve(given: unknown, root: JsonSchema, depth = 0): JsonSchema {
  if (typeof given !== "object" || given === null || depth > deepest) return {};
  const { $ref, allOf, ...schema } = given as JsonSchema;
  const target = typeof $ref === "string" ? resolve(find($ref, root), root, depth + 1) : {};
  const parts = Array.isArray(allOf) ? allOf.map((part) => resolve(part, root, depth + 1)) : [];
  return [target, ...parts].reduceRight((merged, part) => merge(part, merged), schema);
}

function merge(base: JsonSchema, schema: JsonSchema): JsonSchema {
  const merged: JsonSchema = { ...base, ...schema };
  if (base.properties) merged.properties = { ...toObject(base.properties), ...toObject(schema.properties) };
  if (base.required) merged.required = [...toList(base.required), ...toList(schema.required)];
  return merged;
}

function find(pointer: string, root: JsonSchema): unknown {
  const path = pointer.split("/").slice(1);
  return path.reduce<unknown>((node, key) => toObject(node)[decodeURIComponent(key)], root);
}

function toType(schema: JsonSchema): string {
  const [type] = [schema.type].flat().filter((name) => name !== "null");
  if (typeof type === "string") return type.toLowerCase();
  if (schema.type) return "null";
  return "properties" in schema ? "object" : "string";
}

function buildObject(schema: JsonSchema, root: JsonSchema, depth: number): object {
  const properties = toObject(schema.properties);
  const names = toList(schema.required).filter((name) => typeof name === "string");
  return Object.fromEntries(names.map((name) => [name, build(properties[name], root, depth + 1)]));
}

function buildArray(schema: JsonSchema, root: JsonSchema, depth: number): unknown[] {
  const length = Math.min(toNumber(schema.minItems) ?? 0, 100);
  return Array.from({ length }, () => build(schema.items, root, depth + 1));
}

function buildNumber(schema: JsonSchema): number {
  const step = toNumber(schema.multipleOf) ?? 1;
  const above = toNumber(schema.exclusiveMinimum);
  const least = toNumber(schema.minimum) ?? (above === undefined ? undefined : above + step);
  const below = toNumber(schema.exclusiveMaximum);
  const most = toNumber(schema.maximum) ?? (below === undefined ? undefined : below - step);
  const value = least ?? (most === undefined ? 0 : Math.min(0, most));
  return Math.ceil(value / step) * step;
}

function buildString(schema: JsonSchema): string {
  const text = formats[String(schema.format)] ?? "rehearsal";
  const long = text.padEnd(toNumber(schema.minLength) ?? 0, ".");
  return long.slice(0, toNumber(schema.maxLength) ?? long.length);
}

function toObject(value: unknown): JsonSchema {
  return typeof value === "object" && value !== null ? (value as JsonSchema) : {};
}

function toList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function toNumber(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
