import { expect, it } from "vitest";
import { type OpenDocuments, useDocuments, watch } from "./documents.fixture.ts";
import { InvalidDocument, type NearestQuery, type Query, type Write } from "./documents.ts";

const deleteAt = "2100-01-01T00:00:00.000Z";

/** Written and read. */
const times: [written: string, read: string][] = [
  [deleteAt, deleteAt],
  ["2026-11-25T21:05:05.123Z", "2026-11-25T21:05:05.123Z"],
  ["2026-11-25T21:05:05.123456Z", "2026-11-25T21:05:05.123456Z"],
  ["2026-11-25T21:05:05.000001Z", "2026-11-25T21:05:05.000001Z"],
  ["2026-11-25T21:05:05Z", "2026-11-25T21:05:05.000Z"],
  ["2026-11-25T21:05:05.123000Z", "2026-11-25T21:05:05.123Z"],
  ["2026-11-25T21:05:05.123456789+01:30", "2026-11-25T19:35:05.123456Z"],
  ["1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"],
  ["0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00.000Z"],
  ["9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"],
];

const notTimes = ["soon", "2100-02-30T00:00:00Z", "2100-01-01", 4_102_444_800, null, { at: deleteAt }];

type Update = Omit<Write & { op: "update" }, "op" | "path">;
const badUpdates: [string, Update][] = [
  ["sets something below it", { fields: { "deleteAt.x": 1 } }],
  ["removes something below it", { removes: ["deleteAt.x"] }],
  ["adds to it", { increments: { deleteAt: 1 } }],
  ["adds to something below it", { increments: { "deleteAt.x": 1 } }],
];

const badQueries: [string, Partial<Query>][] = [
  ["filters by it", { where: [["deleteAt", "==", deleteAt]] }],
  ["takes a range of it", { where: [["deleteAt", "<", deleteAt]] }],
  ["looks below it", { where: [["deleteAt.x", "in", [1]]] }],
  ["orders by it", { orderBy: [["deleteAt", "asc"]] }],
];

const badNearest: [string, Partial<NearestQuery>][] = [
  ["filters by it", { where: [["deleteAt", "==", deleteAt]] }],
  ["looks for vectors in it", { field: "deleteAt" }],
];

export function describeDeleteTimes(open: OpenDocuments): void {
  const at = useDocuments(open);
  const newPath = () => `${at.newCollection()}/a`;
  const create = (path: string, data: object) => at.documents.commit([{ op: "create", path, data }]);
  const read = async (path: string) => (await at.documents.get(path))?.data;

  it.each(times)("written as %s is read as %s", async (written, expected) => {
    const path = newPath();
    await create(path, { n: 1, deleteAt: written });
    expect(await read(path)).toEqual({ n: 1, deleteAt: expected });
  });

  it("is the same for whoever gets, queries, searches or listens", async () => {
    const collection = at.newCollection();
    const listener = watch(at.documents, `${collection}/a`);
    await listener.next();
    const data = { v: { $vector: [1] }, deleteAt: "2100-01-01T00:00:00.000001Z" };
    await create(`${collection}/a`, data);
    const near = { collection, field: "v", vector: [1], distance: "euclidean" as const, limit: 1 };
    const found = [
      await at.documents.get(`${collection}/a`),
      (await at.documents.query({ collection }))[0],
      (await at.documents.nearest(near))[0]?.snapshot,
      (await listener.next())[0]?.snapshot,
    ];
    expect(found.map((snapshot) => snapshot?.data)).toEqual([data, data, data, data]);
    listener.stop();
  });

  it("deletes nothing while it lies ahead, and is removed by whoever wants the document kept", async () => {
    const path = newPath();
    await create(path, { n: 1 });
    await at.documents.commit([{ op: "update", path, fields: { deleteAt } }]);
    expect(await read(path)).toEqual({ n: 1, deleteAt });
    await at.documents.commit([{ op: "update", path, fields: { n: 2 } }]);
    expect(await read(path)).toEqual({ n: 2, deleteAt });
    await at.documents.commit([{ op: "update", path, removes: ["deleteAt"] }]);
    expect(await read(path)).toEqual({ n: 2 });
    await at.documents.commit([{ op: "set", path, data: { deleteAt: undefined } }]);
    expect(await read(path)).toEqual({});
  });

  it("written as another text for the same moment changes nothing", async () => {
    const path = newPath();
    const [before] = await create(path, { deleteAt });
    const again = { deleteAt: "2100-01-01T01:00:00+01:00" };
    expect(await at.documents.commit([{ op: "update", path, fields: again }])).toEqual([before]);
  });

  it("is text like any other below the top", async () => {
    const path = newPath();
    const data = { m: { deleteAt: "soon" }, list: [{ deleteAt: 1 }] };
    await create(path, data);
    await at.documents.commit([{ op: "update", path, fields: { "m.deleteAt": "later" } }]);
    expect(await read(path)).toEqual({ ...data, m: { deleteAt: "later" } });
    const query: Query = { collection: path.slice(0, -2), where: [["m.deleteAt", "==", "later"]] };
    expect(await at.documents.count(query)).toBe(1);
  });

  it("takes eight bytes of the mebibyte, however it was written", async () => {
    const path = newPath();
    const rest = 1_048_576 - (path.length + 1 + 16 + 32) - ("deleteAt".length + 1 + 8) - 2 * ("a".length + 2);
    const [a, b] = ["x".repeat(500_000), "x".repeat(rest - 500_000)];
    await expect(create(path, { a, b: `${b}x`, deleteAt })).rejects.toThrow(InvalidDocument);
    await create(path, { a, b, deleteAt });
    const grow = at.documents.commit([{ op: "update", path, fields: { b: `${b}x` } }]);
    await expect(grow).rejects.toThrow(InvalidDocument);
  });

  it.each(notTimes)("is not %j", async (value) => {
    const path = newPath();
    const data = { deleteAt: value };
    await expect(create(path, data)).rejects.toThrow(InvalidDocument);
    await expect(at.documents.commit([{ op: "set", path, data }])).rejects.toThrow(InvalidDocument);
    await create(path, {});
    const update = at.documents.commit([{ op: "update", path, fields: data }]);
    await expect(update).rejects.toThrow(InvalidDocument);
    expect(await read(path)).toEqual({});
  });

  it.each(badUpdates)("is refused in an update that %s", async (_name, update) => {
    const path = newPath();
    await create(path, { deleteAt });
    await expect(at.documents.commit([{ op: "update", path, ...update }])).rejects.toThrow(InvalidDocument);
    expect(await read(path)).toEqual({ deleteAt });
  });

  it.each(badQueries)("is refused in a query that %s", async (_name, query) => {
    const whole = { collection: "c", ...query };
    await expect(at.documents.query(whole)).rejects.toThrow(InvalidDocument);
    await expect(at.documents.count(whole)).rejects.toThrow(InvalidDocument);
    const ignore = () => undefined;
    expect(() => at.documents.listen(whole, ignore, ignore)).toThrow(InvalidDocument);
  });

  it.each(badNearest)("is refused in a search that %s", async (_name, query) => {
    const good = { collection: "c", field: "v", vector: [1], limit: 1, distance: "cosine" as const };
    await expect(at.documents.nearest({ ...good, ...query })).rejects.toThrow(InvalidDocument);
  });
}
