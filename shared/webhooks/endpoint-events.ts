import type { EndpointEvent } from "../api/events.ts";
import type { Snapshot, WriteTime } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type EndpointDocument, endpointPath, type UntoldEvent } from "./endpoint-document.ts";

/** The fields by which a write of the endpoint records that an event has happened. */
export function withEndpointEvent(
  { eventSequence, untold }: Pick<EndpointDocument, "eventSequence" | "untold">,
  event: Omit<UntoldEvent, "sequence">,
): Pick<EndpointDocument, "eventSequence" | "untold" | "unpublished"> {
  const sequence = eventSequence + 1;
  return { eventSequence: sequence, untold: [...untold, { ...event, sequence }], unpublished: true };
}

/** Publishes what an endpoint's document holds as untold, in order, and then forgets it there, unless others have written it since. */
export async function publishUntold(
  { documents, events }: Pick<Platform, "documents" | "events">,
  endpoint: EndpointDocument,
  updateTime: WriteTime,
): Promise<void> {
  for (const untold of endpoint.untold) await events.publish(toEndpointEvent(endpoint, untold));
  await tryCommit(documents, {
    op: "update",
    path: endpointPath(endpoint.id),
    fields: { untold: [] },
    removes: ["unpublished"],
    precondition: { updateTime },
  });
}

/** What a crash left untold. Resolves to how many endpoints. */
export async function publishLeftUntold(deps: Pick<Platform, "documents" | "events">): Promise<number> {
  const found = await Promise.all(
    ["webhookEndpoints", "notificationChannels"].map((collection) => findUntold(deps, collection)),
  );
  const left = found.flat();
  await Promise.all(
    left.map(({ data, updateTime }: Snapshot<EndpointDocument>) => publishUntold(deps, data, updateTime)),
  );
  return left.length;
}

function findUntold({ documents }: Pick<Platform, "documents">, collection: string) {
  return documents.query<EndpointDocument>({
    collection,
    where: [["unpublished", "==", true]],
    orderBy: [["createdAt", "asc"]],
    limit: 100,
  });
}

function toEndpointEvent(
  { id, tenant, url }: EndpointDocument,
  { sequence, type, at, details }: UntoldEvent,
): EndpointEvent {
  return { id: `${id}.${sequence}`, type, sequence, time: at, tenant, endpoint: { id, url, ...details } };
}
