import { ConeaError } from "../../core/conea-error.ts";

/** What a field that Conea does not carry out may still hold, since that asks for nothing; `true` for anything. */
export type Harmless = Record<string, true | readonly unknown[]>;

/** Of every request: they change what is billed, logged or cached at OpenAI, and not what is answered. */
export const harmlessFields: Harmless = {
  user: true,
  safety_identifier: true,
  prompt_cache_key: true,
  prompt_cache_retention: true,
  prompt_cache_options: true,
  service_tier: true,
  store: true,
};

/**
 * Refuses fields of a body that no schema has and that are not known to be harmless: what would be left out of an answer in
 * silence is told by name. `null` asks for nothing.
 */
export function refuseFields(body: Record<string, unknown>, known: object, harmless: Harmless): void {
  for (const [field, value] of Object.entries(body)) {
    if (Object.hasOwn(known, field) || value === null || value === undefined) continue;
    const allowed = Object.hasOwn(harmless, field) ? harmless[field] : [];
    if (allowed === true || allowed?.some((one) => JSON.stringify(one) === JSON.stringify(value))) continue;
    throw toRefusal(field, allowed ?? []);
  }
}

function toRefusal(field: string, allowed: readonly unknown[]): ConeaError {
  const values = allowed.map((value) => JSON.stringify(value)).join(" or ");
  const message = values === "" ? "is not supported" : `is not supported but for ${values}`;
  return new ConeaError("invalid_request", `The field ${field} ${message}.`, {
    fields: [{ field, message }],
  });
}
