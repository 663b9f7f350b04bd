import { z } from "zod";

const Resource = z.object({
  address: z.string(),
  type: z.string(),
  values: z.record(z.string(), z.unknown()),
});
const Plan = z.object({
  planned_values: z.object({ root_module: z.object({ resources: z.array(Resource) }) }),
});

/** What a plan would make. `values` holds what is known before it is made. */
export type PlannedResource = z.infer<typeof Resource>;

/** Reads what `terraform show -json` prints of a plan. Throws when it is something else. */
export function readPlan(text: string): PlannedResource[] {
  return Plan.parse(JSON.parse(text)).planned_values.root_module.resources;
}

/** The text at `path` of a resource's values; numbers lead into lists. `undefined` when there is none. */
export function textAt({ values }: PlannedResource, ...path: (string | number)[]): string | undefined {
  const found = valueAt(values, path);
  return typeof found === "string" ? found : undefined;
}

export function numberAt({ values }: PlannedResource, ...path: (string | number)[]): number | undefined {
  const found = valueAt(values, path);
  return typeof found === "number" ? found : undefined;
}

export function listAt({ values }: PlannedResource, ...path: (string | number)[]): unknown[] {
  const found = valueAt(values, path);
  return Array.isArray(found) ? found : [];
}

function valueAt(values: unknown, path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | null | undefined)?.[key],
    values,
  );
}
