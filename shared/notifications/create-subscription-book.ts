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
  /** Whether `find` is known to find no subscription. */
  isEmpty(tenant: string): boolean;
  /** The next one who asks gets them as they are: for a process that has changed them itself. */
  forget(tenant: string): void;
};

type Entry = { page: Promise<SubscriptionPage>; until: number; isEmpty: boolean };

/** One query for all events of a tenant within two seconds, and another one where it has subscriptions. */
export function createSubscriptionBook({
  documents,
  clock,
}: Pick<Platform, "documents" | "clock">): SubscriptionBook {
  const known = new Map<string, Entry>();

  function present(tenant: string): Entry | undefined {
    const entry = known.get(tenant);
    return entry && entry.until > clock.elapsed() ? entry : undefined;
  }

  return {
    find(tenant) {
      const page = present(tenant)?.page;
      if (page !== undefined) return page;
      if (known.size >= mostTenants) known.clear();
      const entry = {
        page: readPage({ documents }, tenant),
        until: clock.elapsed() + rememberMs,
        isEmpty: false,
      };
      known.set(tenant, entry);
      entry.page.then(
        ({ subscriptions }) => {
          entry.isEmpty = subscriptions.length === 0;
        },
        () => known.delete(tenant),
      );
      return entry.page;
    },
    isEmpty: (tenant) => present(tenant)?.isEmpty ?? false,
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
