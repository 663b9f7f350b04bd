import type { Reserved, ReservedFields } from "./allowances.ts";

/** What a task's document carries of a reservation: nothing where nothing is reserved. Requests are spent already. */
export function toReservedFields(reserved: readonly Reserved[]): Pick<ReservedFields, "reserved" | "slices"> {
  const kept = reserved.filter(({ measure }) => measure !== "requests");
  if (kept.length === 0) return {};
  return { reserved: kept, slices: [...new Set(kept.map(({ slice }) => slice))] };
}

/** What a write that ends a task sets beside its status. */
export function toEndedFields({ reserved }: ReservedFields): Pick<ReservedFields, "unaccounted"> {
  return reserved && reserved.length > 0 ? { unaccounted: true } : {};
}
