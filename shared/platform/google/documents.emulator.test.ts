import { Firestore, Timestamp } from "@google-cloud/firestore";
import { describe, expect, it } from "vitest";
import { describeOnEmulators, hostOf } from "../../../tests/emulators/describe-on-emulators.ts";
import { freshProject } from "../../../tests/emulators/fresh-project.ts";
import { describeDocuments } from "../documents.contract.ts";
import { fill, toWords, useDocuments, watch } from "../documents.fixture.ts";
import { openFirestoreDocuments } from "./documents.ts";
import type { FirestoreDocumentsOptions } from "./firestore-options.ts";

async function open(options: Partial<FirestoreDocumentsOptions> = {}) {
  const documents = openFirestoreDocuments({
    project: freshProject(),
    database: "(default)",
    endpoint: hostOf("firestore"),
    ...options,
  });
  return { documents, close: documents.close };
}

describeOnEmulators(["firestore"], "documents in Firestore", () => {
  describeDocuments(open);

  describe("in a database of another name", () => {
    describeOwn({ database: "second" });
  });

  describe("over REST", () => {
    describeOwn({ transport: "rest" });
  });

  it("ends a listener whose callback throws, and no other", async () => {
    const { documents, close } = await open();
    const thrown = new Error("a bug of the listener");
    const ended = Promise.withResolvers<Error>();
    const other = watch(documents, { collection: "c" });
    const throws = () => {
      throw thrown;
    };
    documents.listen({ collection: "c" }, throws, ended.resolve);
    expect(await ended.promise).toBe(thrown);
    expect(await other.next()).toEqual([]);
    await fill(documents, "c", { a: {} });
    expect((await other.next()).map(toWords)).toEqual(["added a"]);
    await close();
  });

  it("gives nobody a document that somebody else wrote and that is not JSON", async () => {
    const project = freshProject();
    const { documents, close } = await open({ project });
    const client = new Firestore({ projectId: project, host: hostOf("firestore"), ssl: false });
    const listener = watch(documents, "c/a");
    expect(await listener.next()).toEqual([]);
    await client.doc("c/a").set({ at: new Date() });
    await expect(documents.get("c/a")).rejects.toThrow("holds a value that is not JSON");
    await expect(listener.next()).rejects.toThrow("holds a value that is not JSON");
    await Promise.all([close(), client.terminate()]);
  });

  it("keeps deleteAt as a time, without which Firestore deletes nothing, and only at the top", async () => {
    const project = freshProject();
    const { documents, close } = await open({ project });
    const client = new Firestore({ projectId: project, host: hostOf("firestore"), ssl: false });
    const readAt = async (id: string) => (await client.doc(`c/${id}`).get()).get("deleteAt");
    const deleteAt = "2100-01-01T00:00:00.123456Z";
    await fill(documents, "c", { a: { deleteAt }, b: { n: 1, m: { deleteAt } } });
    await documents.commit([
      { op: "update", path: "c/b", fields: { deleteAt: "2100-01-01T01:00:00+01:00" } },
    ]);
    expect(await readAt("a")).toEqual(new Timestamp(4_102_444_800, 123_456_000));
    expect(await readAt("b")).toEqual(new Timestamp(4_102_444_800, 0));
    expect((await client.doc("c/b").get()).get("m.deleteAt")).toBe(deleteAt);
    await documents.commit([{ op: "update", path: "c/b", removes: ["deleteAt"] }]);
    expect(await readAt("b")).toBeUndefined();
    await Promise.all([close(), client.terminate()]);
  });

  it("tells listeners nothing more once it is closed", async () => {
    const { documents, close } = await open();
    const listener = watch(documents, { collection: "c" });
    await listener.next();
    await close();
    expect(listener.calls).toEqual([]);
  });

  it("gives all documents of a large collection, as they were at one moment", async () => {
    const { documents, close } = await open();
    const ids = Array.from({ length: 1_500 }, (_, index) => `d${String(index).padStart(5, "0")}`);
    for (let start = 0; start < ids.length; start += 500)
      await fill(
        documents,
        "c",
        Object.fromEntries(ids.slice(start, start + 500).map((id) => [id, { n: 1 }])),
      );
    expect((await documents.query({ collection: "c" })).map(({ id }) => id)).toEqual(ids);
    expect(await documents.count({ collection: "c" })).toBe(1_500);
    await close();
  });
});

/** What a choice of the options could break: each kind of call. */
function describeOwn(options: Partial<FirestoreDocumentsOptions>): void {
  const at = useDocuments(() => open(options));

  it("writes, reads, refuses, finds, counts and tells", async () => {
    const collection = at.newCollection();
    const path = `${collection}/a`;
    const listener = watch(at.documents, path);
    await listener.next();
    const deleteAt = "2100-01-01T00:00:00.123456Z";
    const data = { n: 1.5, list: [1, null], v: { $vector: [1, 0] }, m: { "a.b": "ä" }, deleteAt };
    const [updateTime] = await at.documents.commit([{ op: "create", path, data }]);
    expect(await at.documents.get(path)).toMatchObject({ path, id: "a", data, updateTime });
    await expect(at.documents.commit([{ op: "create", path, data }])).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    await expect(at.documents.commit([{ op: "update", path: `${path}x` }])).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    const snapshot = { path, id: "a", data, updateTime };
    expect(await at.documents.query({ collection, where: [["n", ">", 1]] })).toEqual([snapshot]);
    expect(await at.documents.count({ collection })).toBe(1);
    const near = { collection, field: "v", vector: [0, 0], distance: "euclidean" as const, limit: 1 };
    expect(await at.documents.nearest(near)).toEqual([{ snapshot, distance: 1 }]);
    expect(await listener.next()).toEqual([{ kind: "added", snapshot }]);
    listener.stop();
  });
}
