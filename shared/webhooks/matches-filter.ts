import type { EventType } from "../api/events.ts";

/** Whether an endpoint that asks for `filters` gets events of a type. */
export function matchesFilter(filters: readonly string[], type: EventType): boolean {
  const family = `${type.slice(0, type.indexOf("."))}.*`;
  return filters.some((filter) => filter === "*" || filter === type || filter === family);
}
