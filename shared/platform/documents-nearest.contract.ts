import { expect, it } from "vitest";
import { fill, type OpenDocuments, useDocuments } from "./documents.fixture.ts";
import type { NearestQuery } from "./documents.ts";

const samples = {
  east: { kind: "a", e: { $vector: [1, 0] } },
  northeast: { kind: "a", e: { $vector: [3, 4] } },
  north: { kind: "b", e: { $vector: [0, 2] } },
  west: { kind: "b", e: { $vector: [-1, 0] } },
  longer: { kind: "a", e: { $vector: [1, 0, 0] } },
  list: { kind: "a", e: [1, 0] },
  text: { kind: "a", e: "east" },
  absent: { kind: "a" },
};

type Found = [id: string, distance: number][];

export function describeNearest(open: OpenDocuments): void {
  const at = useDocuments(open);

  async function find(query: Omit<NearestQuery, "collection" | "field" | "vector">): Promise<Found> {
    const collection = at.newCollection();
    await fill(at.documents, collection, samples);
    const found = await at.documents.nearest({ collection, field: "e", vector: [1, 0], ...query });
    return found.map(({ snapshot, distance }) => [snapshot.id, distance]);
  }

  const expected: [NearestQuery["distance"], Found][] = [
    [
      "euclidean",
      [
        ["east", 0],
        ["west", 2],
        ["north", Math.sqrt(5)],
        ["northeast", Math.sqrt(20)],
      ],
    ],
    [
      "cosine",
      [
        ["east", 0],
        ["northeast", 0.4],
        ["north", 1],
        ["west", 2],
      ],
    ],
    [
      "dot_product",
      [
        ["northeast", 3],
        ["east", 1],
        ["north", 0],
        ["west", -1],
      ],
    ],
  ];

  it.each(expected)("gives the nearest by %s first, with its distance", async (distance, neighbours) => {
    const found = await find({ distance, limit: 10 });
    expect(found.map(([id]) => id)).toEqual(neighbours.map(([id]) => id));
    for (const [index, [, measured]] of found.entries())
      expect(measured).toBeCloseTo(neighbours[index]?.[1] ?? Number.NaN, 5);
  });

  it("looks only among the documents that match", async () => {
    const found = await find({ distance: "euclidean", limit: 10, where: [["kind", "==", "a"]] });
    expect(found.map(([id]) => id)).toEqual(["east", "northeast"]);
  });

  it("gives no more than asked for", async () => {
    expect((await find({ distance: "cosine", limit: 1 })).map(([id]) => id)).toEqual(["east"]);
  });

  it("finds nothing where no vector is", async () => {
    const query = { collection: at.newCollection(), field: "e", vector: [1], limit: 1 };
    expect(await at.documents.nearest({ ...query, distance: "cosine" })).toEqual([]);
  });
}
