import type { AlertRule } from "../api/alerts.ts";
import type { Sample } from "./next-alert.ts";

/** More subjects than these are only counted. */
const mostNamed = 10;

/** Of a grouped rule, what concerns one tenant is one sample: the highest value, and the names of all that are above. */
export function groupSamples({ group = false, above }: AlertRule, samples: Sample[]): Sample[] {
  if (!group) return samples;
  const byTenant = Map.groupBy(samples, ({ tenant }) => tenant);
  return [...byTenant].map(([tenant, some]) => toOne(tenant, some, above));
}

function toOne(tenant: string | undefined, samples: Sample[], above: number): Sample {
  const sorted = samples.toSorted((one, other) => other.value - one.value);
  const names = sorted.flatMap(({ subject, value }) =>
    subject !== undefined && value > above ? [subject] : [],
  );
  const more = names.length - mostNamed;
  const told = more > 0 ? [...names.slice(0, mostNamed), `${more} more`] : names;
  return {
    value: sorted[0]?.value ?? 0,
    ...(tenant !== undefined && { tenant }),
    key: `all ${tenant ?? ""}`,
    ...(told.length > 0 && { subject: told.join(", ") }),
  };
}
