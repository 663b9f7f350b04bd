import { beforeAll, describe, expect, it } from "vitest";
import { createLog } from "../../shared/core/log.ts";
import { deleteField } from "../../shared/platform/delete-time.ts";
import { openEmbeddedDocuments } from "../../shared/platform/embedded/documents.ts";
import { createVirtualClock } from "../../shared/platform/embedded/virtual-clock.ts";
import { findAskingPlaces } from "./find-asking-places.ts";
import { readIndexFile } from "./index-file.ts";
import { isServed } from "./is-served.ts";
import { describeShape } from "./query-shape.ts";
import { type Recording, recordShapes } from "./record-shapes.ts";
import { useProduct } from "./use-product.ts";

const file = readIndexFile();
let recording: Recording;

beforeAll(async () => {
  await useProduct((documents) => {
    recording = recordShapes(documents);
    return recording.documents;
  });
});

/** Firestore's emulator answers every query, with an index or without: only this test sees that one is missing. */
describe("firebase/firestore.indexes.json", () => {
  it("has an index for every query that the product asks", () => {
    const missing = [...recording.shapes.values()]
      .filter((shape) => !isServed(shape, file))
      .map(describeShape);
    expect(missing).toEqual([]);
  });

  it("is held against every place in the product that asks", () => {
    const asked = Map.groupBy(recording.places, (place) => place.split(":")[0] ?? "");
    const silent = [...findAskingPlaces()].filter(([file, count]) => (asked.get(file)?.length ?? 0) < count);
    expect(silent).toEqual([]);
  });

  it("has no index that no query uses", () => {
    const unused = file.indexes.filter((index) => {
      const others = { ...file, indexes: file.indexes.filter((one) => one !== index) };
      return [...recording.shapes.values()].every((shape) => isServed(shape, others));
    });
    expect(unused).toEqual([]);
  });

  it("indexes no field of a collection by itself that no query asks for alone", () => {
    const exempt = file.fieldOverrides.filter(
      ({ fieldPath, indexes }) => fieldPath === "*" && indexes.length === 0,
    );
    expect(exempt.map(({ collectionGroup }) => collectionGroup).sort()).toEqual(
      [...recording.written].sort(),
    );
  });

  it("has a time to live where documents have a deleteAt, without which Firestore keeps them for ever", () => {
    const perishing = file.fieldOverrides.filter(({ ttl }) => ttl);
    expect(perishing.map(({ collectionGroup }) => collectionGroup).sort()).toEqual(
      [...recording.perishing].sort(),
    );
    expect(perishing.filter(({ fieldPath }) => fieldPath !== deleteField)).toEqual([]);
  });

  it("fails for a query that nothing serves", async () => {
    const clock = createVirtualClock();
    const { documents } = await openEmbeddedDocuments({ clock, log: createLog(() => undefined) });
    const { shapes, ...probe } = recordShapes(documents);
    await probe.documents.count({ collection: "tasks", where: [["metadata.color", "==", "red"]] });
    expect([...shapes.values()].map((shape) => isServed(shape, file))).toEqual([false]);
  });
});
