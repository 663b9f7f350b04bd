import type { Event } from "../api/events.ts";
import type { Log } from "../core/log.ts";
import { PreconditionFailed } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import type { EndpointBook } from "./create-endpoint-book.ts";
import { type DeliveryDocument, deliveryPath } from "./delivery-document.ts";
import { matchesFilter } from "./matches-filter.ts";
import { toDelivery } from "./to-delivery.ts";
import { wakeLine } from "./wake-line.ts";

export type FanOutDeps = Pick<Platform, "documents" | "wakes" | "clock"> & { book: EndpointBook; log: Log };

/**
 * Makes an event's deliveries, one document for each endpoint that asked for its type, and wakes their lines. Rejects where one
 * could not be made: the event then comes again, and what was made is there already. An event that comes twice makes nothing new.
 */
export async function fanOut(deps: FanOutDeps, event: Event): Promise<void> {
  const endpoints = await deps.book.find(event.tenant);
  const wanted = endpoints.filter(({ types }) => matchesFilter(types, event.type));
  if (wanted.length === 0) return;
  const made = wanted.map(async (endpoint) => {
    await keepDelivery(deps, toDelivery(event, endpoint, deps.clock.now()));
    // Also where it was there before: whoever made it may have died before the wake.
    if (endpoint.state === "enabled") await wakeLine(deps, endpoint.id);
  });
  const failed = (await Promise.allSettled(made)).find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

/** Keeps a new delivery. One that is there already is left as it is. */
export async function keepDelivery(
  { documents }: Pick<Platform, "documents">,
  delivery: DeliveryDocument,
): Promise<void> {
  try {
    await documents.commit([{ op: "create", path: deliveryPath(delivery.id), data: delivery }]);
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
  }
}
