/** What a document holds: JSON. Times are RFC 3339 text; a map whose only key is `$vector` is a vector (see `nearest`). */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Fields = { [key: string]: Value };

/** `collection/id`, or deeper: `tasks/task_x/output/0001-000000`. An even number of segments, none empty. */
export type DocumentPath = string;
/** `tasks`, or `tasks/task_x/output`: an odd number of segments. */
export type CollectionPath = string;

/**
 * When a write took effect: RFC 3339 with microseconds, by the store's clock, strictly increasing per document. As a
 * precondition it is compared to the letter.
 */
export type WriteTime = string;

export type Snapshot<T = Fields> = {
  readonly path: DocumentPath;
  /** The last segment of the path. */
  readonly id: string;
  /** Not to be changed by the reader: the embedded store shares it. */
  readonly data: T;
  readonly updateTime: WriteTime;
};

/** A snapshot with the time at which the store read it, by the store's own clock: not before `updateTime`. */
export type ReadSnapshot<T = Fields> = Snapshot<T> & { readonly readTime: WriteTime };

/** Holds for the document at the moment of the commit, or nothing of the commit happens. */
export type Precondition = { exists: boolean } | { updateTime: WriteTime };

/**
 * `create` asks for absence. `set` replaces the whole document. `update` asks for existence and changes the named
 * fields only: a name is a top-level field or a dotted path of plain identifiers (`lease.until`); `increments` add to
 * a number (an absent or non-numeric field counts as 0); `removes` take fields away. `delete` of an absent document succeeds.
 * A property that is `undefined` is left out.
 */
export type Write =
  | { op: "create"; path: DocumentPath; data: object }
  | { op: "set"; path: DocumentPath; data: object; precondition?: Precondition }
  | {
      op: "update";
      path: DocumentPath;
      fields?: object;
      increments?: Record<string, number>;
      removes?: string[];
      precondition?: Precondition;
    }
  | { op: "delete"; path: DocumentPath; precondition?: Precondition };

export type Filter =
  | [field: string, op: "==" | "<" | "<=" | ">" | ">=", value: Value]
  | [field: string, op: "in", values: Value[]]
  | [field: string, op: "array-contains", value: Value];

export type Query = {
  collection: CollectionPath;
  /** All must hold. A document without the field never matches; `<` and its kind compare within one type. */
  where?: Filter[];
  /** Documents without one of these fields are left out. The document id is always the last key, in the last direction. */
  orderBy?: [field: string, direction: "asc" | "desc"][];
  limit?: number;
  /** Continue after this place: the values of `orderBy`, in order, and the document's id. */
  startAfter?: { values: Value[]; id: string };
};

export type NearestQuery = {
  collection: CollectionPath;
  where?: Filter[];
  /** Top-level field that holds a vector of the same length as `vector`; other documents are left out. */
  field: string;
  vector: number[];
  /** `dot_product` finds the largest, the others the smallest. */
  distance: "euclidean" | "cosine" | "dot_product";
  /** 1–1000. */
  limit: number;
};

export type Change<T = Fields> = {
  kind: "added" | "modified" | "removed";
  snapshot: Snapshot<T>;
};

/**
 * Firestore's own meaning, made small. Limits are Firestore's too, and every implementation refuses what Firestore
 * would: a document above 1 MiB, maps and arrays nested deeper than 20, an array directly inside an array, a key
 * that is empty or `__like_this__`, more than 500 writes in a commit.
 *
 * `deleteAt` at the top of a document is a time: from then on the store may delete the document by itself, at any later
 * moment (Firestore: usually within a day; embedded: when it is opened). Until it does, the document is there like any
 * other. The time comes back in UTC with milliseconds, or with microseconds where it has them. It is set whole and
 * removed whole, and no query may filter or order by it.
 */
export interface Documents {
  /** Resolves to `undefined` when there is none. */
  get<T = Fields>(path: DocumentPath): Promise<ReadSnapshot<T> | undefined>;
  /** The matching documents as they were at one moment. */
  query<T = Fields>(query: Query): Promise<Snapshot<T>[]>;
  /** How many match. `limit` and `startAfter` count too. */
  count(query: Query): Promise<number>;
  /** The nearest first, each with its distance. */
  nearest<T = Fields>(query: NearestQuery): Promise<{ snapshot: Snapshot<T>; distance: number }[]>;
  /**
   * All writes or none. Resolves, once the writes are durable, to the write time of each, in order (of a deletion: the
   * commit's). Throws `PreconditionFailed` when nothing was written because a document was not as required, and
   * `OutcomeUnknown` when the writes may or may not have happened.
   */
  commit(writes: Write[]): Promise<WriteTime[]>;
  /**
   * Calls `onChanges` first with what is there now (possibly nothing), then with what changes, in commit order. States
   * of one document may be merged; the last one always arrives, and none goes backwards. A single path is watched
   * as a collection of one. `onError` ends the listening. Neither is called before `listen` has returned. Returns a
   * function that stops it at once.
   */
  listen<T = Fields>(
    target: DocumentPath | Query,
    onChanges: (changes: Change<T>[]) => void,
    onError: (error: Error) => void,
  ): () => void;
}

/** A commit was refused because a document was not as its precondition requires; nothing was written. */
export class PreconditionFailed extends Error {
  override readonly name = "PreconditionFailed";
}

/** A commit's answer was lost: it may or may not have happened, and only reading tells. */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";
}

/** A document, query or write is not one that Documents accepts. A bug of the caller, never a race. */
export class InvalidDocument extends Error {
  override readonly name = "InvalidDocument";
}
