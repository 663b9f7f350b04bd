import type { Attributes } from "../core/span.ts";
import { inSpan } from "../core/trace.ts";
import type { Documents, Write } from "./documents.ts";

/** The documents, with a span around each call that reads or writes. `system` is the store's name in `db.system.name`. */
export function traceDocuments(documents: Documents, system: string): Documents {
  function call<T>(operation: string, collection: string, step: () => Promise<T>, more: Attributes = {}) {
    const attributes = {
      "db.system.name": system,
      "db.operation.name": operation,
      "db.collection.name": collection,
      ...more,
    };
    return inSpan({ name: `${operation} ${collection}`, kind: "client", attributes }, async (span) => {
      const answer = await step();
      if (Array.isArray(answer) && operation !== "commit") {
        span.set({ "db.response.returned_rows": answer.length });
      }
      return answer;
    });
  }
  return {
    get: (path) => call("get", toCollection(path), () => documents.get(path)),
    query: (query) => call("query", toCollection(query.collection), () => documents.query(query)),
    count: (query) => call("count", toCollection(query.collection), () => documents.count(query)),
    nearest: (query) => call("nearest", toCollection(query.collection), () => documents.nearest(query)),
    commit: (writes) =>
      call("commit", toCollections(writes), () => documents.commit(writes), {
        "db.operation.batch.size": writes.length,
      }),
    listen: (target, onChanges, onError) => documents.listen(target, onChanges, onError),
  };
}

/** `tasks/task_x/output/1` and `tasks/task_x/output` are of `tasks/output`: a span's name has few values. */
function toCollection(path: string): string {
  return path
    .split("/")
    .filter((_, index) => index % 2 === 0)
    .join("/");
}

function toCollections(writes: Write[]): string {
  return [...new Set(writes.map(({ path }) => toCollection(path)))].join(",");
}
