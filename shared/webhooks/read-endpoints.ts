import type { Principal } from "../access/principal.ts";
import type { WebhookEndpoint } from "../api/webhooks.ts";
import { fromTime, toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { isId } from "../core/ids.ts";
import type { ReadSnapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { listEndpointDocuments } from "./create-endpoint-book.ts";
import { type EndpointDocument, endpointPath, validSecrets } from "./endpoint-document.ts";
import { disabledAfterMs } from "./failing-endpoints.ts";
import { type LineDocument, linePath } from "./line-document.ts";

type ReadDeps = Pick<Platform, "documents" | "clock">;

/** The endpoint of an id, if it is the principal's tenant's. Throws `not_found`. */
export async function findEndpoint(
  { documents }: Pick<Platform, "documents">,
  { tenant }: Principal,
  endpointId: string,
): Promise<ReadSnapshot<EndpointDocument>> {
  const known = isId("endpoint", endpointId);
  const found = known ? await documents.get<EndpointDocument>(endpointPath(endpointId)) : undefined;
  if (found?.data.tenant === tenant) return found;
  throw new ConeaError("not_found", "There is no such webhook endpoint.");
}

/** The tenant's endpoints as their administrators see them, oldest first. */
export async function listEndpoints(deps: ReadDeps, { tenant }: Principal): Promise<WebhookEndpoint[]> {
  const found = await listEndpointDocuments(deps, tenant);
  return Promise.all(found.map(({ data }) => describeEndpoint(deps, data)));
}

/** An endpoint as its administrators see it: no secret, no header's value, and whether it is failing. */
export async function describeEndpoint(
  { documents, clock }: ReadDeps,
  endpoint: EndpointDocument,
): Promise<WebhookEndpoint> {
  const line = await documents.get<LineDocument>(linePath(endpoint.id));
  return toEndpointView(endpoint, toTime(clock.now()), line?.data.failingSince);
}

export function toEndpointView(
  endpoint: EndpointDocument,
  now: string,
  failingSince: string | undefined,
): WebhookEndpoint {
  const { id, url, types, description, headerNames, ratePerSecond, concurrency, signature } = endpoint;
  const { state, reason, createdAt, createdBy, updatedAt } = endpoint;
  const isFailing = state === "enabled" && failingSince !== undefined;
  return {
    ...{ id, url, types, headerNames, ratePerSecond, concurrency, signature, state },
    ...(description && { description }),
    ...(reason && { reason }),
    secrets: validSecrets(endpoint, now).map(({ sealed: _, ...shown }) => shown),
    ...(isFailing && { failingSince, disablesAt: toTime(fromTime(failingSince) + disabledAfterMs) }),
    ...{ createdAt, createdBy, updatedAt },
  };
}
