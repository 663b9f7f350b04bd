import { deleteField } from "../../shared/platform/delete-time.ts";
import type { Documents, Write } from "../../shared/platform/documents.ts";
import { describeShape, type QueryShape, toNearestShape, toQueryShape } from "./query-shape.ts";

export type Recording = {
  documents: Documents;
  /** By what `describeShape` makes of them. */
  shapes: Map<string, QueryShape>;
  /** `shared/queue/sweep.ts:131:20`: each place in the product that asked. */
  places: Set<string>;
  /** Names of the collections that were written to. */
  written: Set<string>;
  /** Of these, the ones in which a document was given a `deleteAt`. */
  perishing: Set<string>;
};

/** The same documents, with the shape of each query and the place that asked it noted. */
export function recordShapes(documents: Documents): Recording {
  const [shapes, places] = [new Map<string, QueryShape>(), new Set<string>()];
  const [written, perishing] = [new Set<string>(), new Set<string>()];
  function note(shape?: QueryShape): void {
    if (shape) shapes.set(describeShape(shape), shape);
    places.add(findPlace(new Error().stack ?? ""));
  }
  const recorded: Documents = {
    get: (path) => documents.get(path),
    query(query) {
      note(toQueryShape(query));
      return documents.query(query);
    },
    count(query) {
      note(toQueryShape(query));
      return documents.count(query);
    },
    nearest(query) {
      note(toNearestShape(query));
      return documents.nearest(query);
    },
    commit(writes) {
      for (const write of writes) {
        const name = write.path.split("/").at(-2) ?? "";
        written.add(name);
        if (hasDeleteTime(write)) perishing.add(name);
      }
      return documents.commit(writes);
    },
    listen(target, onChanges, onError) {
      note(typeof target === "string" ? undefined : toQueryShape(target));
      return documents.listen(target, onChanges, onError);
    },
  };
  return { documents: recorded, shapes, places, written, perishing };
}

function hasDeleteTime(write: Write): boolean {
  if (write.op === "delete") return false;
  const fields = write.op === "update" ? write.fields : write.data;
  return fields !== undefined && deleteField in fields;
}

/** The nearest caller that is of the product and not of the platform. */
function findPlace(stack: string): string {
  const frames = stack
    .split("\n")
    .map((line) => /\/((?:shared|functions|local)\/[^ ):]+:\d+:\d+)/.exec(line)?.[1]);
  return frames.find((frame) => frame && !frame.startsWith("shared/platform/")) ?? "";
}
