import { acceptQuery } from "../accept-query.ts";
import { checkDocumentPath } from "../document-path.ts";
import type { Change, DocumentPath, Query } from "../documents.ts";
import { listenToDocument, listenToQuery, type Opened, type Told } from "./firestore-listen.ts";
import type { openOnce } from "./open-once.ts";
import { toReadError } from "./to-documents-error.ts";

/** Listeners on one client, which the first of them opens. The client reconnects by itself and resumes where it was. */
export function createListening(client: ReturnType<typeof openOnce<Opened>>) {
  const stops = new Set<() => void>();

  function listen(
    target: DocumentPath | Query,
    onChanges: (changes: Change[]) => void,
    onError: (error: Error) => void,
  ): () => void {
    const start = toStart(target);
    let isStopped = false;
    let stopWatching = () => {};
    const stop = () => {
      isStopped = true;
      stops.delete(stop);
      stopWatching();
    };
    const fail = (error: Error) => {
      if (isStopped) return;
      stop();
      onError(error);
    };
    let isFirst = true;
    const tell = (read: () => Change[]) => {
      if (isStopped) return;
      try {
        const changes = read();
        if (isFirst || changes.length > 0) onChanges(changes);
        isFirst = false;
      } catch (error) {
        fail(error instanceof Error ? error : new Error("a listener threw", { cause: error }));
      }
    };
    const told = { onState: tell, onError: (error: Error) => fail(toReadError(error)) };
    client
      .get()
      .then((opened) => {
        if (!isStopped) stopWatching = start(opened, told);
      })
      .catch(told.onError);
    stops.add(stop);
    return stop;
  }

  return {
    listen,
    async close(): Promise<void> {
      for (const stop of stops) stop();
      await (await client.opened())?.client.terminate();
    },
  };
}

/** What is to be watched, checked before anything is opened. */
function toStart(target: DocumentPath | Query): (opened: Opened, told: Told) => () => void {
  if (typeof target === "string") {
    checkDocumentPath(target);
    return (opened, told) => listenToDocument(opened, target, told);
  }
  const query = acceptQuery(target);
  return (opened, told) => listenToQuery(opened, query, told);
}
