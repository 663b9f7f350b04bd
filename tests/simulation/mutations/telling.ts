import { sleep } from "../../../shared/core/clock.ts";
import { idFrom } from "../../../shared/core/ids.ts";
import { allTold } from "../../../shared/events/outbox.ts";
import type { Write } from "../../../shared/platform/documents.ts";
import type { Platform } from "../../../shared/platform/platform.ts";
import type { BreakerOutbox } from "../../../shared/queue/breaker-events.ts";
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
