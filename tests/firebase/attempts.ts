import { FirebaseError } from "firebase/app";
import {
  collection,
  collectionGroup,
  deleteDoc,
  doc,
  type Firestore,
  getCountFromServer,
  getDoc,
  getDocs,
  limit,
  onSnapshot,
  orderBy,
  type Query,
  query,
  type SnapshotMetadata,
  setDoc,
  updateDoc,
  where,
} from "firebase/firestore";

/** Something that an app may try, in the words of a test's name. */
export type Attempt = { says: string; run: (db: Firestore) => Promise<unknown> };
const everyState = { includeMetadataChanges: true };
type Filters = Record<string, string | boolean>;

export const read = (path: string): Attempt => ({
  says: `reads ${path}`,
  run: (db) => getDoc(doc(db, path)),
});

export const list = (path: string, filters: Filters = {}): Attempt => ({
  says: `lists ${path}${toWords(filters)}`,
  run: (db) => getDocs(narrow(collection(db, path), filters)),
});

/** The query of firebase/README.md. */
export const listNewest = (path: string, filters: Filters): Attempt => ({
  says: `lists the newest of ${path}${toWords(filters)}`,
  run: (db) => getDocs(query(narrow(collection(db, path), filters), orderBy("sequence", "desc"), limit(20))),
});

export const count = (path: string, filters: Filters = {}): Attempt => ({
  says: `counts ${path}${toWords(filters)}`,
  run: (db) => getCountFromServer(narrow(collection(db, path), filters)),
});

export const listGroup = (name: string, filters: Filters): Attempt => ({
  says: `lists every collection ${name}${toWords(filters)}`,
  run: (db) => getDocs(narrow(collectionGroup(db, name), filters)),
});

export const listen = (path: string): Attempt => ({
  says: `listens to ${path}`,
  run: (db) => firstAnswer((see, fail) => onSnapshot(doc(db, path), everyState, see, fail)),
});

export const listenToAll = (path: string, filters: Filters = {}): Attempt => ({
  says: `listens to all of ${path}${toWords(filters)}`,
  run: (db) =>
    firstAnswer((see, fail) => onSnapshot(narrow(collection(db, path), filters), everyState, see, fail)),
});

export const create = (path: string, data: object): Attempt => ({
  says: `creates ${path}`,
  run: (db) => setDoc(doc(db, path), data),
});

export const update = (path: string, data: Filters): Attempt => ({
  says: `updates ${path}`,
  run: (db) => updateDoc(doc(db, path), data),
});

export const remove = (path: string): Attempt => ({
  says: `deletes ${path}`,
  run: (db) => deleteDoc(doc(db, path)),
});

/** What the rules say to it. Throws for an error that is not theirs. */
export async function outcomeOf({ run }: Attempt, db: Firestore): Promise<"allowed" | "refused"> {
  try {
    await run(db);
    return "allowed";
  } catch (error) {
    if (error instanceof FirebaseError && error.code === "permission-denied") return "refused";
    throw error;
  }
}

function narrow(all: Query, filters: Filters): Query {
  return query(all, ...Object.entries(filters).map(([field, value]) => where(field, "==", value)));
}

function toWords(filters: Filters): string {
  const words = Object.entries(filters).map(([field, value]) => `${field}=${value}`);
  return words.length > 0 ? ` where ${words.join(", ")}` : "";
}

type Seen = { metadata: SnapshotMetadata };

/** What the server says first: before it the SDK may show what it remembers of other reads. */
function firstAnswer(
  start: (see: (seen: Seen) => void, fail: (error: Error) => void) => () => void,
): Promise<void> {
  const answer = Promise.withResolvers<void>();
  const stop = start(({ metadata }) => {
    if (!metadata.fromCache) answer.resolve();
  }, answer.reject);
  return answer.promise.finally(stop);
}
