import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Storage, startStorage } from "./start-storage.ts";

const piece = 262_144;

describe("Cloud Storage, as its published interface has it", () => {
  let storage: Storage;
  beforeEach(async () => {
    storage = await startStorage({ buckets: ["content"] });
  });
  afterEach(() => storage.close());

  const call = (method: string, path: string, init: RequestInit = {}) =>
    fetch(`http://${storage.endpoint}${path}`, { method, ...init });
  const upload = (
    query: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ) => call("POST", `/upload/storage/v1/b/content/o?${query}`, { body, headers });

  async function startSession(query = "name=a"): Promise<string> {
    const response = await upload(`uploadType=resumable&${query}`, '{"contentType":"text/css"}');
    return response.headers.get("location") ?? "";
  }
  const putPart = (
    url: string,
    range: string,
    body: Uint8Array<ArrayBuffer> = new Uint8Array(),
    hash?: string,
  ) =>
    fetch(url, {
      method: "PUT",
      body,
      headers: { "content-range": range, ...(hash && { "x-goog-hash": hash }) },
    });

  async function store(content = "content"): Promise<string> {
    const response = await upload("uploadType=media&name=a", content, { "content-type": "text/plain" });
    return ((await response.json()) as { generation: string }).generation;
  }

  it("tells an object's hashes, size, type and generation", async () => {
    const generation = await store("hello");
    expect(await (await call("GET", "/storage/v1/b/content/o/a")).json()).toMatchObject({
      ...{ kind: "storage#object", bucket: "content", name: "a", size: "5", contentType: "text/plain" },
      ...{ generation, crc32c: "mnG7TA==", md5Hash: createHash("md5").update("hello").digest("base64") },
    });
  });

  it("takes a condition on the generation for every call, and answers 412 where it does not hold", async () => {
    const generation = await store();
    const query = (wanted: string | number) => `ifGenerationMatch=${wanted}`;
    const statuses = async (wanted: string | number) =>
      Promise.all([
        upload(`uploadType=resumable&name=a&${query(wanted)}`, "{}"),
        call("GET", `/storage/v1/b/content/o/a?${query(wanted)}`),
        call("GET", `/storage/v1/b/content/o/a?alt=media&${query(wanted)}`),
      ]).then((responses) => responses.map(({ status }) => status));
    expect(await statuses(generation)).toEqual([200, 200, 200]);
    for (const wrong of [0, 1]) expect(await statuses(wrong)).toEqual([412, 412, 412]);
    const remove = (wanted: string | number) => call("DELETE", `/storage/v1/b/content/o/a?${query(wanted)}`);
    expect((await remove(1)).status).toBe(412);
    expect((await remove(generation)).status).toBe(204);
    expect((await upload(`uploadType=media&name=a&${query(1)}`, "x")).status).toBe(412);
    expect((await upload(`uploadType=media&name=a&${query(0)}`, "x")).status).toBe(200);
  });

  it("gives the range that was asked for, and its hashes", async () => {
    await store("0123456789");
    const read = (range: string) =>
      call("GET", "/storage/v1/b/content/o/a?alt=media", { headers: { range } });
    const middle = await read("bytes=2-4");
    expect([middle.status, middle.headers.get("content-range"), await middle.text()]).toEqual([
      ...[206, "bytes 2-4/10", "234"],
    ]);
    expect(await (await read("bytes=8-")).text()).toBe("89");
    expect((await read("bytes=10-")).status).toBe(416);
    expect(middle.headers.get("x-goog-hash")).toMatch(/^crc32c=.{8},md5=.{24}$/);
  });

  it("keeps whole pieces of a part, says how far it has come, and makes the object with the last", async () => {
    const url = await startSession();
    expect((await putPart(url, "bytes */*")).headers.get("range")).toBeNull();
    const first = await putPart(url, `bytes 0-${piece + 9}/*`, new Uint8Array(piece + 10));
    expect([first.status, first.headers.get("range")]).toEqual([308, `bytes=0-${piece - 1}`]);
    expect((await call("GET", "/storage/v1/b/content/o/a")).status).toBe(404);
    const wrong = await putPart(url, "bytes 0-4/*", new Uint8Array(5));
    expect([wrong.status, wrong.headers.get("range")]).toEqual([308, `bytes=0-${piece - 1}`]);
    const last = await putPart(url, `bytes ${piece}-${piece + 4}/${piece + 5}`, new Uint8Array(5));
    expect(await last.json()).toMatchObject({ size: String(piece + 5), contentType: "text/css" });
    expect((await putPart(url, "bytes */*")).status).toBe(200);
  });

  it("looks at the condition again when the last part has come", async () => {
    const url = await startSession("name=a&ifGenerationMatch=0");
    await store();
    expect((await putPart(url, "bytes 0-4/5", new Uint8Array(5))).status).toBe(412);
  });

  it("refuses content that differs from the hash it came with, and stores nothing", async () => {
    const url = await startSession();
    expect((await putPart(url, "bytes 0-4/5", new Uint8Array(5), "crc32c=AAAAAA==")).status).toBe(400);
    expect((await call("GET", "/storage/v1/b/content/o/a")).status).toBe(404);
  });

  it("answers in the form of the interface that was called", async () => {
    const missing = await call("GET", "/storage/v1/b/content/o/none");
    expect(await missing.json()).toMatchObject({ error: { code: 404, errors: [{ reason: "notFound" }] } });
    expect((await call("GET", "/storage/v1/b/none/o/a")).status).toBe(404);
    const unsigned = await call("GET", "/content/a");
    expect([unsigned.status, await unsigned.text()]).toEqual([
      403,
      expect.stringContaining("<Code>AccessDenied</Code>"),
    ]);
  });

  it("lists what begins alike", async () => {
    for (const name of ["x/1", "x/2", "y/1"])
      await upload(`uploadType=media&name=${encodeURIComponent(name)}`, "c");
    const listed = await (await call("GET", "/storage/v1/b/content/o?prefix=x/")).json();
    expect(listed).toMatchObject({ items: [{ name: "x/1" }, { name: "x/2" }] });
  });
});
