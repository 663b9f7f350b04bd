import type { ChannelKind } from "../api/notifications.ts";
import type { Platform } from "../platform/platform.ts";
import { listChannelDocuments } from "./read-channels.ts";
import { listSubscriptionDocuments } from "./read-subscriptions.ts";
import type { SubscriptionDocument } from "./subscription-document.ts";

/** How long they are remembered: what an administrator changes counts no later than this everywhere. */
const rememberMs = 2_000;
const mostTenants = 1_000;

/** Who of a tenant is told of what. */
export type SubscriptionPage = {
  subscriptions: SubscriptionDocument[];
  /** The kinds of its channels, by their ids. */
  kinds: ReadonlyMap<string, ChannelKind>;
};

export type SubscriptionBook = {
  /** What a tenant's subscriptions and channels are, or were at most two seconds ago. */
  find(tenant: string): Promise<SubscriptionPage>;
  /** The next one who asks gets them as they are: for a process that has changed them itself. */
  forget(tenant: string): void;
};

type Entry = { page: Promise<SubscriptionPage>; until: number };

/** One query for all events of a tenant within two seconds, and another one where it has subscriptions. */
export function createSubscriptionBook({
  documents,
  clock,
}: Pick<Platform, "documents" | "clock">): SubscriptionBook {
  const known = new Map<string, Entry>();
  return {
    find(tenant) {
      const now = clock.elapsed();
      const entry = known.get(tenant);
      if (entry && entry.until > now) return entry.page;
      if (known.size >= mostTenants) known.clear();
      const page = readPage({ documents }, tenant);
      known.set(tenant, { page, until: now + rememberMs });
      page.catch(() => known.delete(tenant));
      return page;
    },
    forget(tenant) {
      known.delete(tenant);
    },
  };
}

async function readPage(deps: Pick<Platform, "documents">, tenant: string): Promise<SubscriptionPage> {
  const found = await listSubscriptionDocuments(deps, tenant);
  const subscriptions = found.map(({ data }) => data).filter(({ enabled }) => enabled);
  const kinds = subscriptions.length > 0 ? await readKinds(deps, tenant) : new Map<string, ChannelKind>();
  return { subscriptions, kinds };
}

/** The kinds of a tenant's channels, by their ids. */
export async function readKinds(
  deps: Pick<Platform, "documents">,
  tenant: string,
): Promise<Map<string, ChannelKind>> {
  const channels = await listChannelDocuments(deps, tenant);
  return new Map(channels.map(({ id, data }) => [id, data.kind]));
}
