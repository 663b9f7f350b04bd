import { acceptQuery } from "../accept-query.ts";
import { checkDocumentPath, toPlace } from "../document-path.ts";
import type { Change, CollectionPath, DocumentPath, Query } from "../documents.ts";
import type { StoredChange } from "./stage-commit.ts";
import type { Store } from "./store.ts";
import { type View, watchDocument, watchQuery } from "./watch.ts";

export type Listener = {
  onChanges: (changes: Change[]) => void;
  onError: (error: Error) => void;
};

export type Listeners = {
  listen(target: DocumentPath | Query, listener: Listener): () => void;
  /** Tells those concerned, after the caller's stack has ended. */
  notify(changes: StoredChange[]): void;
  stopAll(): void;
};

type Watch = Listener & {
  view: View;
  state: "new" | "started" | "stopped";
  /** In the order of their latest commits. */
  changed: Set<DocumentPath>;
  isScheduled: boolean;
  stop: () => void;
};

/**
 * Who watches what. Changes are delivered in a microtask, so commits made in one go may be merged, and a callback never
 * runs inside `listen` or `commit`. A callback that throws ends its own listening through `onError`, and no other.
 */
export function createListeners(store: Store): Listeners {
  const byDocument = createGroups<DocumentPath>();
  const byCollection = createGroups<CollectionPath>();

  function open(target: DocumentPath | Query, listener: Listener): Watch {
    if (typeof target === "string") {
      checkDocumentPath(target);
      return byDocument.add(target, toWatch(listener, watchDocument(store, target)));
    }
    const query = acceptQuery(target);
    return byCollection.add(query.collection, toWatch(listener, watchQuery(store, query)));
  }

  return {
    listen(target, listener) {
      const watch = open(target, listener);
      schedule(watch);
      return watch.stop;
    },
    notify(changes) {
      for (const { path } of changes) {
        for (const watch of byDocument.of(path)) touch(watch, path);
        if (byCollection.isEmpty()) continue;
        for (const watch of byCollection.of(toPlace(path).collection)) touch(watch, path);
      }
    },
    stopAll() {
      for (const watch of [...byDocument.all(), ...byCollection.all()]) watch.stop();
    },
  };
}

function toWatch(listener: Listener, view: View): Watch {
  return { ...listener, view, state: "new", changed: new Set(), isScheduled: false, stop: () => undefined };
}

function touch(watch: Watch, path: DocumentPath): void {
  watch.changed.delete(path);
  watch.changed.add(path);
  schedule(watch);
}

function schedule(watch: Watch): void {
  if (watch.isScheduled) return;
  watch.isScheduled = true;
  queueMicrotask(() => deliver(watch));
}

function deliver(watch: Watch): void {
  watch.isScheduled = false;
  if (watch.state === "stopped") return;
  try {
    const isFirst = watch.state === "new";
    const changes = isFirst ? watch.view.start() : watch.view.update([...watch.changed]);
    watch.state = "started";
    watch.changed.clear();
    if (isFirst || changes.length > 0) watch.onChanges(changes);
  } catch (error) {
    watch.stop();
    watch.onError(error instanceof Error ? error : new Error("a listener threw", { cause: error }));
  }
}

/** Watches by what they watch. Groups without members are forgotten. */
function createGroups<Name extends string>() {
  const groups = new Map<Name, Set<Watch>>();

  function remove(name: Name, watch: Watch): void {
    watch.state = "stopped";
    const group = groups.get(name);
    group?.delete(watch);
    if (group?.size === 0) groups.delete(name);
  }

  return {
    isEmpty: () => groups.size === 0,
    of: (name: Name): Iterable<Watch> => groups.get(name) ?? [],
    all: () => [...groups.values()].flatMap((group) => [...group]),
    add(name: Name, watch: Watch): Watch {
      const group = groups.get(name) ?? new Set();
      groups.set(name, group.add(watch));
      watch.stop = () => remove(name, watch);
      return watch;
    },
  };
}
