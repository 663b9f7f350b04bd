import { z } from "zod";

/** So many selections of a schema's fields are remembered. Each is compiled by itself when it is first used. */
const mostSelections = 50;

type Selections = { optional: string[]; made: Map<string, z.ZodObject> };

const known = new WeakMap<z.ZodObject, Selections>();

/**
 * The schema without the fields that `value` lacks and need not have: a parser looks at each field of a schema, and nearly all
 * bodies set three of twenty. It parses `value` as the whole schema does.
 */
export function narrowTo<T>(schema: z.ZodType<T>, value: unknown): z.ZodType<T> {
  const whole: z.ZodType = schema;
  if (!(whole instanceof z.ZodObject) || whole.def.checks?.length) return schema;
  if (typeof value !== "object" || value === null) return schema;
  // It has the fields of the whole schema, and parses them to the same.
  return select(whole, value) as z.ZodType as z.ZodType<T>;
}

function select(schema: z.ZodObject, value: object): z.ZodObject {
  const { optional, made } = known.get(schema) ?? learn(schema);
  let names = "";
  // A field's name holds no comma, so that no two lists are the same text; names that are no field's are left out.
  for (const name in value) if (Object.hasOwn(schema.shape, name)) names += `${name},`;
  const found = made.get(names);
  if (found) return found;
  if (made.size >= mostSelections) return schema;
  const narrowed = schema.omit(toMask(optional.filter((name) => !(name in value))));
  made.set(names, narrowed);
  return narrowed;
}

function learn(schema: z.ZodObject): Selections {
  const fields = Object.keys(schema.shape);
  const selections: Selections = {
    optional: fields.filter((name) => isOptional(schema, name)),
    made: new Map(),
  };
  known.set(schema, selections);
  return selections;
}

/** Whether nothing comes of a field that is absent: one with a default is never left out. */
function isOptional(schema: z.ZodObject, name: string): boolean {
  const { success, data } = schema.pick(toMask([name])).safeParse({});
  return success && !(data && name in data);
}

function toMask(names: string[]): Record<string, true> {
  return Object.fromEntries(names.map((name) => [name, true as const]));
}
