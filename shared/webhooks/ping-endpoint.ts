import type { Principal } from "../access/principal.ts";
import type { EndpointEvent } from "../api/events.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Platform } from "../platform/platform.ts";
import type { DeliveryDocument } from "./delivery-document.ts";
import type { EndpointDocument } from "./endpoint-document.ts";
import { keepDelivery } from "./fan-out.ts";
import { findEndpoint } from "./read-endpoints.ts";
import { toDelivery } from "./to-delivery.ts";
import { type WakeLineDeps, wakeLine } from "./wake-line.ts";

/** Sends an endpoint an `endpoint.ping`, and nobody else. Throws `not_found`, and `conflict` where it takes nothing. */
export async function pingEndpoint(
  deps: Pick<Platform, "documents" | "clock" | "ids"> & WakeLineDeps,
  principal: Principal,
  endpointId: string,
): Promise<DeliveryDocument> {
  const { data: endpoint } = await findEndpoint(deps, principal, endpointId);
  requireEnabled(endpoint);
  const { tenant, url } = endpoint;
  const now = deps.clock.now();
  const event: EndpointEvent = {
    ...{ id: deps.ids.newId("ping"), type: "endpoint.ping", sequence: 1, time: toTime(now), tenant },
    endpoint: { id: endpointId, url },
  };
  const delivery = toDelivery(event, endpoint, now);
  await keepDelivery(deps, delivery);
  await wakeLine(deps, endpointId);
  return delivery;
}

/** Throws `conflict` where nothing is sent to the endpoint. */
export function requireEnabled({ state }: EndpointDocument): void {
  if (state === "enabled") return;
  throw new ConeaError("conflict", `The endpoint is ${state}; enable it first.`);
}
