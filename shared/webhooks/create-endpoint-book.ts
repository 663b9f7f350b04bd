import type { Platform } from "../platform/platform.ts";
import type { EndpointDocument } from "./endpoint-document.ts";

/** How long a tenant's endpoints are remembered: what an administrator changes counts no later than this everywhere. */
export const rememberMs = 2_000;
/** The most that one tenant may have. */
export const mostEndpoints = 100;
const mostTenants = 1_000;

export type EndpointBook = {
  /** The endpoints of a tenant as they are, or were at most two seconds ago. */
  find(tenant: string): Promise<EndpointDocument[]>;
  /** Whether `find` is known to find none. */
  isEmpty(tenant: string): boolean;
  /** The next one who asks gets them as they are: for a process that has changed them itself. */
  forget(tenant: string): void;
};

type Entry = { endpoints: Promise<EndpointDocument[]>; until: number; isEmpty: boolean };

/** Whom events of a tenant go to, read once for all events of two seconds. */
export function createEndpointBook({
  documents,
  clock,
}: Pick<Platform, "documents" | "clock">): EndpointBook {
  const known = new Map<string, Entry>();

  async function read(tenant: string): Promise<EndpointDocument[]> {
    const found = await listEndpointDocuments({ documents }, tenant);
    return found.map(({ data }) => data);
  }

  function present(tenant: string): Entry | undefined {
    const entry = known.get(tenant);
    return entry && entry.until > clock.elapsed() ? entry : undefined;
  }

  return {
    find(tenant) {
      const endpoints = present(tenant)?.endpoints;
      if (endpoints !== undefined) return endpoints;
      if (known.size >= mostTenants) known.clear();
      const entry = { endpoints: read(tenant), until: clock.elapsed() + rememberMs, isEmpty: false };
      known.set(tenant, entry);
      entry.endpoints.then(
        (found) => {
          entry.isEmpty = found.length === 0;
        },
        () => known.delete(tenant),
      );
      return entry.endpoints;
    },
    isEmpty: (tenant) => present(tenant)?.isEmpty ?? false,
    forget(tenant) {
      known.delete(tenant);
    },
  };
}

/** All endpoints of a tenant, oldest first. */
export function listEndpointDocuments({ documents }: Pick<Platform, "documents">, tenant: string) {
  return documents.query<EndpointDocument>({
    collection: "webhookEndpoints",
    where: [["tenant", "==", tenant]],
    orderBy: [["createdAt", "asc"]],
    limit: mostEndpoints,
  });
}
