import type { AcceptedQuery } from "../accept-query.ts";
import type { Change, DocumentPath, Fields, Snapshot } from "../documents.ts";
import { readField, toFieldPath } from "../field-path.ts";
import { compareText } from "./compare-values.ts";
import { toMatcher } from "./match-filters.ts";
import { planQuery } from "./plan-query.ts";
import type { Store } from "./store.ts";

/** What one listener has seen, and how to bring it up to date. */
export type View = {
  /** Everything there is now, as added. */
  start(): Change[];
  /** What became of the documents that commits touched since, in the order of `paths`. */
  update(paths: DocumentPath[]): Change[];
};

export function watchDocument(store: Store, path: DocumentPath): View {
  const seen = createSeen();
  const update = () => seen.replace(path, store.get(path)?.snapshot);
  return { start: update, update };
}

export function watchQuery(store: Store, query: AcceptedQuery): View {
  const isBounded = query.limit !== undefined || query.startAfter !== undefined;
  return isBounded ? watchBounded(store, query) : watchMatching(store, query);
}

function watchMatching(store: Store, query: AcceptedQuery): View {
  const seen = createSeen();
  const matches = toQueryMatcher(query);
  function look(path: DocumentPath): Change[] {
    const snapshot = store.get(path)?.snapshot;
    return seen.replace(path, snapshot && matches(snapshot.data) ? snapshot : undefined);
  }
  return {
    start: () => store.query(planQuery(query)).flatMap((snapshot) => seen.replace(snapshot.path, snapshot)),
    update: (paths) => paths.flatMap(look),
  };
}

/** Where a document that leaves lets another one in, the query is asked again, unless nothing it could see has changed. */
function watchBounded(store: Store, query: AcceptedQuery): View {
  const seen = createSeen();
  const plan = planQuery(query);
  const matches = toQueryMatcher(query);

  function concerns(path: DocumentPath): boolean {
    const snapshot = store.get(path)?.snapshot;
    return seen.has(path) || (snapshot !== undefined && matches(snapshot.data));
  }

  function look(): Change[] {
    const found = store.query(plan);
    const there = new Set(found.map(({ path }) => path));
    const gone = seen.paths().filter((path) => !there.has(path));
    const removed = gone.flatMap((path) => seen.replace(path, undefined));
    const rest = found.flatMap((snapshot) => seen.replace(snapshot.path, snapshot));
    return [...removed, ...rest];
  }

  return {
    start: look,
    update: (paths) => (paths.some(concerns) ? look().sort(byCommit) : []),
  };
}

/** Write times are fixed width, so text order is commit order; what is gone has none of its own and comes first. */
function byCommit(a: Change, b: Change): number {
  return compareText(toCommit(a), toCommit(b));
}

function toCommit({ kind, snapshot }: Change): string {
  return kind === "removed" ? "" : snapshot.updateTime;
}

function toQueryMatcher({ where, orderBy }: AcceptedQuery): (data: Fields) => boolean {
  const matches = toMatcher(where);
  const ordered = orderBy.map(([field]) => toFieldPath(field));
  return (data) => matches(data) && ordered.every((path) => readField(data, path) !== undefined);
}

/** The documents a listener was told of. */
function createSeen() {
  const seen = new Map<DocumentPath, Snapshot>();
  return {
    has: (path: DocumentPath) => seen.has(path),
    paths: () => [...seen.keys()],
    /** The change, if any, that takes the listener from what it saw to what there is. */
    replace(path: DocumentPath, snapshot: Snapshot | undefined): Change[] {
      const before = seen.get(path);
      if (before === snapshot) return [];
      if (!snapshot) seen.delete(path);
      else seen.set(path, snapshot);
      if (!before) return snapshot ? [{ kind: "added", snapshot }] : [];
      return [snapshot ? { kind: "modified", snapshot } : { kind: "removed", snapshot: before }];
    },
  };
}
