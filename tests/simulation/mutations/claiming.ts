import type { ConeaConfig } from "../../../shared/config/conea-config.ts";
import type { Documents, Query, Write } from "../../../shared/platform/documents.ts";
import { noneInFlight } from "../../../shared/queue/in-flight.ts";
import type { TaskDocument } from "../../../shared/tasks/task-document.ts";
import { asQueueSet, changeDocuments, changeWrites, type Mutation, type Outfit } from "../mutation.ts";

/** Breaks of who is claimed when. */
export const claimingMutations: readonly Mutation[] = [
  {
    name: "no-permit-expiry",
    about: "a call starts however old its permit is",
    outfit: stopClockAtStart,
  },
  {
    name: "no-widening",
    about: "the limiter counts a call from its claim, not from when it starts at the latest",
    outfit: changeWrites((write) => {
      const queue = asQueueSet(write);
      const limiter = queue?.data.limiter as { starts: number[] } | undefined;
      if (!queue || !limiter) return write;
      const last = limiter.starts.at(-1);
      const starts = limiter.starts.map((start) => (start === last ? start - 100 : start));
      return { ...write, data: { ...queue.data, limiter: { ...limiter, starts } } } as Write;
    }),
  },
  {
    name: "claims-unguarded",
    about: "a claim's write of its queue carries no precondition",
    outfit: changeWrites((write) => {
      if (!asQueueSet(write) || write.op !== "set") return write;
      return { op: "set", path: write.path, data: write.data };
    }),
  },
  {
    name: "gate-open",
    about: "a strictly counted line is filled without its gate",
    outfit: changeDocuments((documents) => ({
      commit: (writes) => documents.commit(writes.filter((write) => !isGuard(write))),
    })),
  },
  {
    name: "line-from-cache",
    about: "priorities are read from a line that may be three seconds old",
    outfit: changeDocuments((documents, { clock }) => cacheLine(documents, () => clock.now())),
  },
  {
    name: "line-by-age",
    about: "the line is ordered by age alone",
    outfit: changeDocuments((documents) => ({
      query: (query) => documents.query(isLine(query) ? { ...query, orderBy: [["sequence", "asc"]] } : query),
    })),
  },
  {
    name: "newcomer-overtakes",
    about: "a task that is kept and claimed at once does not look whether another waits",
    outfit: changeDocuments((documents) => ({
      query: async (query) => (isLine(query) && query.limit === 1 ? [] : documents.query(query)) as never,
    })),
  },
  {
    name: "places-forgotten",
    about: "the calls in flight are not kept",
    outfit: changeQueue(() => ({ inFlight: noneInFlight })),
  },
  {
    name: "one-place-more",
    about: "one call more than allowed may be in flight",
    outfit: changeLimits(({ concurrency, ...rest }) => ({
      ...rest,
      ...(concurrency && { concurrency: concurrency + 1 }),
    })),
  },
  {
    name: "window-ninety-percent",
    about: "a window counts for nine tenths of its length",
    outfit: changeLimits(({ requests, ...rest }) => ({
      ...rest,
      ...(requests && {
        requests: requests.map(({ count, periodMs }) => ({ count, periodMs: periodMs * 0.9 })),
      }),
    })),
  },
  {
    name: "breaker-forgotten",
    about: "the breaker never opens",
    outfit: changeQueue(() => ({
      breaker: { state: "closed", failedAt: [], succeededAt: 0, successes: 0, openUntil: 0, probes: {} },
    })),
  },
  {
    name: "retry-after-forgotten",
    about: "a provider's wish for silence is not kept",
    outfit: changeQueue(() => ({ retryAfterUntil: 0 })),
  },
  {
    name: "tokens-forgotten",
    about: "the tokens let through are not kept",
    outfit: changeQueue(() => ({ tokens: { slots: [] } })),
  },
  {
    name: "pause-forgotten",
    about: "a pause is acknowledged and not written",
    outfit: changeWrites((write) => {
      const isPause =
        write.op === "update" && write.path.startsWith("queues/") && write.fields && "paused" in write.fields;
      return isPause ? { ...write, fields: { ...write.fields, paused: false } } : write;
    }),
  },
  {
    name: "endless-retries",
    about: "attempts are not counted against the limit",
    outfit: (outfit) => ({
      ...outfit,
      config: { ...outfit.config, retry: { ...outfit.config.retry, attempts: 20 } },
    }),
  },
  {
    name: "promoted-early",
    about: "a scheduled task counts as due ten seconds before its time",
    outfit: changeDocuments((documents) => ({
      query: async (query) => {
        const found = await documents.query<TaskDocument>(query);
        return found.map((task) => ({ ...task, data: { ...task.data, ...toEarlier(task.data) } })) as never;
      },
    })),
  },
];

type Limits = ConeaConfig["providers"][string]["limits"];

function changeLimits(change: (limits: Limits) => Limits) {
  return (outfit: Outfit): Outfit => {
    const providers = Object.entries(outfit.config.providers).map(([id, provider]) => [
      id,
      { ...provider, limits: change(provider.limits) },
    ]);
    return { ...outfit, config: { ...outfit.config, providers: Object.fromEntries(providers) } };
  };
}

function changeQueue(toChange: () => object) {
  return changeWrites((write) => {
    const queue = asQueueSet(write);
    return queue && write.op === "set" ? { ...write, data: { ...queue.data, ...toChange() } } : write;
  });
}

function toEarlier({ status, notBefore }: TaskDocument): { notBefore?: string } {
  if (status !== "scheduled" || notBefore === undefined) return {};
  return { notBefore: new Date(Date.parse(notBefore) - 10_000).toISOString() };
}

/** From the moment a provider is opened until the next thing happens, the clock is an hour behind. */
function isGuard({ op, path }: Write): boolean {
  return op === "update" && path.startsWith("gates/");
}

function stopClockAtStart(outfit: Outfit): Outfit {
  const { clock } = outfit.platform;
  let isBehind = false;
  return {
    ...outfit,
    platform: {
      ...outfit.platform,
      clock: { ...clock, elapsed: () => clock.elapsed() - (isBehind ? 3_600_000 : 0) },
    },
    providers: {
      async open(id) {
        const opened = await outfit.providers.open(id);
        isBehind = true;
        clock.after(0, () => {
          isBehind = false;
        });
        return opened;
      },
    },
  };
}

function cacheLine(documents: Documents, now: () => number): Partial<Documents> {
  const lines = new Map<string, { at: number; found: Promise<never> }>();
  return {
    query(query) {
      if (!isLine(query)) return documents.query(query) as never;
      const name = JSON.stringify(query.where);
      const known = lines.get(name);
      if (known && now() - known.at < 3_000) return known.found;
      const found = documents.query(query) as Promise<never>;
      lines.set(name, { at: now(), found });
      return found;
    },
  };
}

function isLine({ collection, orderBy }: Query): boolean {
  return collection === "tasks" && orderBy?.[0]?.[0] === "priority";
}
