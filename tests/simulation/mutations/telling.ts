import { sleep } from "../../../shared/core/clock.ts";
import { idFrom } from "../../../shared/core/ids.ts";
import { allTold } from "../../../shared/events/outbox.ts";
import type { Write } from "../../../shared/platform/documents.ts";
import type { Platform } from "../../../shared/platform/platform.ts";
import type { BreakerOutbox } from "../../../shared/queue/breaker-events.ts";
import { withClaims } from "../../../shared/queue/in-flight.ts";
import { type QueueDocument, toQueueState } from "../../../shared/queue/queue-document.ts";
import type { TaskDocument } from "../../../shared/tasks/task-document.ts";
import { publishRecent } from "../../../shared/tasks/task-events.ts";
import {
  asQueueSet,
  asTaskUpdate,
  changeDocuments,
  changeWrites,
  isSettling,
  type Mutation,
  type Outfit,
} from "../mutation.ts";

/** Breaks of wakes, events, sweeping, submitting and cancelling. */
export const tellingMutations: readonly Mutation[] = [
  {
    name: "current-slot",
    about: "a wake is named after the current slot instead of the next",
    outfit: (outfit) => changeWakes(outfit, toCurrentSlot),
  },
  {
    name: "due-wakes-dropped",
    about: "nobody is woken for a scheduled task",
    outfit: (outfit) =>
      changeWakes(outfit, ({ wakes }) => ({
        ensure: async (wake, name, at) => (wake.reason === "due" ? undefined : wakes.ensure(wake, name, at)),
      })),
  },
  {
    name: "publish-first",
    about: "an event is published before the write that makes it so",
    outfit: changeDocuments((documents, platform) => ({
      async commit(writes) {
        const [write] = writes;
        if (isSettling(writes) && write) await publishAhead(platform, write);
        return documents.commit(writes);
      },
    })),
  },
  {
    name: "publish-failure-ignored",
    about: "an event that could not be published counts as published",
    outfit: (outfit) => {
      const { events } = outfit.platform;
      const publish: typeof events.publish = (event) => events.publish(event).catch(() => undefined);
      return { ...outfit, platform: { ...outfit.platform, events: { publish } } };
    },
  },
  {
    name: "report-lost-with-publish",
    about: "a worker that cannot publish an end tells its queue nothing of how the call went",
    outfit: loseReports,
  },
  {
    name: "unpublished-unmarked",
    about: "nothing marks an event that may not have been published",
    outfit: changeWrites((write) => {
      if (write.op === "create") return { ...write, data: { ...write.data, unpublished: undefined } };
      const update = asTaskUpdate(write);
      return update ? { ...update, fields: { ...update.fields, unpublished: undefined } } : write;
    }),
  },
  {
    name: "start-unrecorded",
    about: "a claim does not record that its tasks have started",
    outfit: changeWrites((write) => {
      const update = asTaskUpdate(write);
      if (update?.fields.status !== "running") return write;
      const { eventSequence: _, recentEvents: __, ...fields } = update.fields;
      return { ...update, fields };
    }),
  },
  {
    name: "cut-untold",
    about: "a call that a cancel cut is noted and not told of",
    outfit: changeWrites((write) => {
      const update = asTaskUpdate(write);
      if (!update?.fields.attempts || update.fields.status !== undefined) return write;
      const { eventSequence: _, recentEvents: __, unpublished: ___, ...fields } = update.fields;
      return { ...update, fields };
    }),
  },
  {
    name: "breaker-told-too-soon",
    about: "what becomes of a breaker counts as told once it is recorded, and then cannot be published",
    outfit: (outfit) => refuseFirst(countBreakersAsTold(outfit)),
  },
  {
    name: "breaker-unrecorded",
    about: "what becomes of a breaker is not kept",
    outfit: changeWrites((write) =>
      write.op === "set" && asQueueSet(write)
        ? { ...write, data: { ...write.data, breakerEvents: undefined } }
        : write,
    ),
  },
  { name: "no-sweep", about: "nobody sweeps", sweep: async () => undefined },
  {
    name: "create-overwrites",
    about: "a repeated request overwrites the task it made",
    outfit: changeWrites((write) =>
      write.op === "create" && /^tasks\/[^/]+$/.test(write.path)
        ? { op: "set", path: write.path, data: write.data }
        : write,
    ),
  },
  {
    name: "replay-key-forgotten",
    about: "a task does not remember which replays it has had",
    outfit: forgetOnRead(({ replays: _, ...task }) => task),
  },
  {
    name: "cancel-at-once",
    about: "a cancel does not wait for permits that are still good",
    outfit: (outfit) => forgetOnRead(({ startBy: _, ...task }) => task)(openSlowly(outfit)),
  },
];

const countBreakersAsTold = changeWrites((write) => {
  const outbox = asQueueSet(write)?.data.breakerEvents as BreakerOutbox | undefined;
  return outbox && write.op === "set"
    ? { ...write, data: { ...write.data, breakerEvents: allTold(outbox) } }
    : write;
});

/** What a queue hears of a call whose end could not be published: it stays in flight, and the provider as it was known. */
function loseReports(outfit: Outfit): Outfit {
  const { documents, events } = outfit.platform;
  const untold = new Set<string>();
  const read = new Map<string, QueueDocument>();
  const publish: typeof events.publish = (event) =>
    events.publish(event).catch((error) => {
      if ("task" in event && !["task.accepted", "task.started"].includes(event.type))
        untold.add(event.task.id);
      throw error;
    });
  const get: typeof documents.get = async (path) => {
    const found = await documents.get(path);
    if (found && path.startsWith("queues/")) read.set(path, toQueueState(found as never));
    return found as never;
  };
  const lose = (write: Write): Write => {
    const before = read.get(write.path);
    const after = asQueueSet(write)?.data as QueueDocument | undefined;
    if (!before || !after || write.op !== "set") return write;
    const lost = before.inFlight.claims.filter(
      (claim) => !after.inFlight.claims.includes(claim) && untold.has(claim.split(":")[0] ?? ""),
    );
    if (lost.length === 0) return write;
    const { breaker, breakerEvents, retryAfterUntil } = before;
    const inFlight = withClaims(after.inFlight, lost, 0);
    return { ...write, data: { ...after, breaker, breakerEvents, retryAfterUntil, inFlight } };
  };
  const commit: typeof documents.commit = (writes) => documents.commit(writes.map(lose));
  const platform = {
    ...outfit.platform,
    documents: { ...documents, get, commit },
    events: { ...events, publish },
  };
  return { ...outfit, platform };
}

/** Every process fails to publish an event of a breaker the first time: that is no break by itself. */
function refuseFirst(outfit: Outfit): Outfit {
  const { events } = outfit.platform;
  const refused = new Set<string>();
  const publish: typeof events.publish = async (event) => {
    if ("breaker" in event && !refused.has(event.id)) {
      refused.add(event.id);
      throw new Error("the publisher is unavailable");
    }
    return events.publish(event);
  };
  return { ...outfit, platform: { ...outfit.platform, events: { publish } } };
}

/** A provider takes its time to open, as when its package is loaded: that is no break by itself. */
function openSlowly(outfit: Outfit): Outfit {
  const { providers, platform } = outfit;
  const open: typeof providers.open = async (id) => {
    await sleep(platform.clock, 20 + platform.random() * 80);
    return providers.open(id);
  };
  return { ...outfit, providers: { ...providers, open } };
}

/** A task that is read by its id lacks something. */
function forgetOnRead(forget: (task: TaskDocument) => object) {
  return changeDocuments((documents) => ({
    async get(path) {
      const found = await documents.get<TaskDocument>(path);
      if (!found || !path.startsWith("tasks/")) return found as never;
      return { ...found, data: forget(found.data) } as never;
    },
  }));
}

function changeWakes(outfit: Outfit, change: (platform: Platform) => Partial<Platform["wakes"]>): Outfit {
  const { platform } = outfit;
  return { ...outfit, platform: { ...platform, wakes: { ...platform.wakes, ...change(platform) } } };
}

function toCurrentSlot({ wakes }: Platform): Partial<Platform["wakes"]> {
  const width = wakes.slotMs;
  return {
    ensure(wake, name, at) {
      if (width === 0) return wakes.ensure(wake, name, at);
      const slot = at / width - 1;
      const due = slot * width;
      return wakes.ensure({ ...wake, at: due }, idFrom("wake", wake.queue, wake.reason, String(slot)), due);
    },
  };
}

/** Publishes what a settling write is about to make so. */
async function publishAhead({ documents, events }: Platform, write: Write): Promise<void> {
  const fields = asTaskUpdate(write)?.fields as Partial<TaskDocument> | undefined;
  const before = fields?.recentEvents && (await documents.get<TaskDocument>(write.path));
  if (before) await publishRecent({ events }, { ...before.data, ...fields }, 1);
}
