import { acceptNearest, acceptQuery } from "../accept-query.ts";
import { acceptWrites } from "../accept-writes.ts";
import { checkDocumentPath } from "../document-path.ts";
import type {
  Change,
  DocumentPath,
  Documents,
  NearestQuery,
  Query,
  ReadSnapshot,
  Snapshot,
  Write,
  WriteTime,
} from "../documents.ts";
import { createFirestoreCalls } from "./call-firestore.ts";
import { openListeningClient, openRpcClient } from "./firestore-client.ts";
import type { DocumentMessage, TimestampMessage, ValueMessage } from "./firestore-messages.ts";
import type { FirestoreDocumentsOptions } from "./firestore-options.ts";
import { distanceField, toFirestoreNearest, toFirestoreQuery } from "./firestore-query.ts";
import { toDocumentName, toSnapshot } from "./firestore-snapshot.ts";
import { toFirestoreWrites } from "./firestore-write.ts";
import { createListening } from "./listen-lazily.ts";
import { openOnce } from "./open-once.ts";
import { toCommitError } from "./to-documents-error.ts";
import { toWriteTime } from "./write-time.ts";

export type FirestoreDocuments = Documents & {
  /** Ends all listening and closes the connections, if there are any. */
  close(): Promise<void>;
};

/**
 * Documents in Firestore. The client is loaded and opened by the first call and serves all later ones; listeners share
 * one of their own. One query is one call and so one moment, however much it finds: Firestore streams the answer.
 */
export function openFirestoreDocuments(options: FirestoreDocumentsOptions): FirestoreDocuments {
  const database = `projects/${options.project}/databases/${options.database}`;
  const rpc = openOnce(() => openRpcClient(options));
  const calls = createFirestoreCalls(rpc.get, database, options);
  const listening = createListening(openOnce(openListening));

  /** Behind the other client, which tells whether there are credentials. */
  async function openListening() {
    await rpc.get();
    return openListeningClient(options);
  }

  async function get(path: DocumentPath): Promise<ReadSnapshot | undefined> {
    checkDocumentPath(path);
    const documents = [toDocumentName(database, path)];
    const [answer] = await calls.read<{ found?: DocumentMessage | null; readTime?: TimestampMessage }>(
      (client, callOptions) => client.batchGetDocuments({ database, documents }, callOptions),
    );
    if (!answer?.found) return undefined;
    return { ...toSnapshot(database, answer.found), readTime: toWriteTime(answer.readTime) };
  }

  async function runQuery(request: ReturnType<typeof toFirestoreQuery>): Promise<Snapshot[]> {
    const answers = await calls.read<{ document?: DocumentMessage | null }>((client, callOptions) =>
      client.runQuery(request, callOptions),
    );
    return answers.flatMap(({ document }) => (document ? [toSnapshot(database, document)] : []));
  }

  async function count(query: Query): Promise<number> {
    const { parent, structuredQuery } = toFirestoreQuery(database, acceptQuery(query));
    const structuredAggregationQuery = { structuredQuery, aggregations: [{ alias: "n", count: {} }] };
    const answers = await calls.read<{ result?: { aggregateFields?: { n?: ValueMessage } } }>(
      (client, callOptions) =>
        client.runAggregationQuery({ parent, structuredAggregationQuery }, callOptions),
    );
    return Number(answers.find(({ result }) => result)?.result?.aggregateFields?.n?.integerValue ?? 0);
  }

  async function commit(writes: Write[]): Promise<WriteTime[]> {
    const accepted = acceptWrites(writes);
    if (accepted.length === 0) return [];
    const messages = toFirestoreWrites(database, accepted);
    // What fails here has sent nothing.
    await rpc.get();
    try {
      const { writeResults, commitTime } = await calls.commit(messages);
      return (writeResults ?? []).map(({ updateTime }) => toWriteTime(updateTime ?? commitTime));
    } catch (error) {
      throw toCommitError(error, accepted);
    }
  }

  const documents: Untyped & Pick<FirestoreDocuments, "count" | "commit" | "close"> = {
    get,
    query: async (query) => runQuery(toFirestoreQuery(database, acceptQuery(query))),
    count,
    nearest: async (query) =>
      (await runQuery(toFirestoreNearest(database, acceptNearest(query)))).map(toNeighbour),
    commit,
    listen: listening.listen,
    async close() {
      await Promise.all([listening.close(), rpc.opened()?.then((client) => client.close())]);
    },
  };
  // The reader names the type of what it wrote; Firestore holds JSON and cannot check it.
  return documents as FirestoreDocuments;
}

/** `Documents` before the reader names the type of the data. */
type Untyped = {
  get(path: DocumentPath): Promise<ReadSnapshot | undefined>;
  query(query: Query): Promise<Snapshot[]>;
  nearest(query: NearestQuery): Promise<{ snapshot: Snapshot; distance: number }[]>;
  listen(
    target: DocumentPath | Query,
    onChanges: (changes: Change[]) => void,
    onError: (error: Error) => void,
  ): () => void;
};

function toNeighbour(found: Snapshot): { snapshot: Snapshot; distance: number } {
  const { [distanceField]: distance, ...data } = found.data;
  return { snapshot: { ...found, data }, distance: typeof distance === "number" ? distance : Number.NaN };
}
