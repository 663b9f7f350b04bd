import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Blobs, BlobTooLarge } from "./blobs.ts";

export type OpenBlobs = () => Promise<{
  blobs: Blobs;
  /** Follows a signed link as anybody may. */
  fetch(url: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}>;

/** What every implementation of `Blobs` promises. */
export function describeBlobs(open: OpenBlobs): void {
  let at: Awaited<ReturnType<OpenBlobs>>;
  beforeEach(async () => {
    at = await open();
  });
  afterEach(() => at.close());

  const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 7) % 256);
  const newKey = () => `tenants/t/blobs/blob_${crypto.randomUUID()}`;
  const png = { contentType: "image/png" };

  function toStream(
    chunks: Uint8Array[],
    onCancel: () => void = () => undefined,
  ): ReadableStream<Uint8Array> {
    const left = [...chunks];
    return new ReadableStream({
      pull(controller) {
        const chunk = left.shift();
        if (chunk) controller.enqueue(chunk);
        else controller.close();
      },
      cancel: onCancel,
    });
  }

  it("give back what was put, with its type and size", async () => {
    const key = newKey();
    const info = { key, contentType: "image/png", bytes: bytes.length };
    expect(await at.blobs.put(key, bytes, png)).toEqual(info);
    const found = await at.blobs.get(key);
    expect(found?.info).toEqual(info);
    expect(Buffer.compare(found?.content ?? Buffer.alloc(0), bytes)).toBe(0);
  });

  it("take a stream", async () => {
    const key = newKey();
    const chunks = [bytes.subarray(0, 10), bytes.subarray(10, 150_000), bytes.subarray(150_000)];
    expect((await at.blobs.put(key, toStream(chunks), png)).bytes).toBe(bytes.length);
    const found = await at.blobs.get(key);
    expect(Buffer.compare(found?.content ?? Buffer.alloc(0), bytes)).toBe(0);
  });

  it("hold nothing where nothing was put", async () => {
    expect(await at.blobs.get(newKey())).toBeUndefined();
  });

  it("keep an empty blob", async () => {
    const key = newKey();
    await at.blobs.put(key, new Uint8Array(), png);
    expect((await at.blobs.get(key))?.info.bytes).toBe(0);
  });

  it("replace what was there", async () => {
    const key = newKey();
    await at.blobs.put(key, bytes, png);
    await at.blobs.put(key, Buffer.from("new"), { contentType: "text/plain; charset=utf-8" });
    const found = await at.blobs.get(key);
    expect(found?.info).toEqual({ key, contentType: "text/plain; charset=utf-8", bytes: 3 });
    expect(Buffer.from(found?.content ?? []).toString()).toBe("new");
  });

  it("keep a blob apart from those whose keys go on from its own", async () => {
    const key = newKey();
    await at.blobs.put(key, Buffer.from("above"), png);
    await at.blobs.put(`${key}/below`, Buffer.from("below"), png);
    expect(Buffer.from((await at.blobs.get(key))?.content ?? []).toString()).toBe("above");
    expect(Buffer.from((await at.blobs.get(`${key}/below`))?.content ?? []).toString()).toBe("below");
  });

  it("delete, also what is not there", async () => {
    const key = newKey();
    await at.blobs.put(key, bytes, png);
    await at.blobs.delete(key);
    await at.blobs.delete(key);
    expect(await at.blobs.get(key)).toBeUndefined();
  });

  it("take exactly as much as may come", async () => {
    const key = newKey();
    const options = { ...png, maxBytes: bytes.length };
    await at.blobs.put(key, bytes, options);
    await at.blobs.put(key, toStream([bytes]), options);
    expect((await at.blobs.get(key))?.info.bytes).toBe(bytes.length);
  });

  it("refuse what is too large, stop reading it, and leave what was there", async () => {
    const key = newKey();
    const options = { ...png, maxBytes: 100 };
    let isCancelled = false;
    const endless = toStream(Array(1_000).fill(bytes.subarray(0, 60)), () => {
      isCancelled = true;
    });
    await expect(at.blobs.put(key, endless, options)).rejects.toThrow(BlobTooLarge);
    expect(isCancelled).toBe(true);
    expect(await at.blobs.get(key)).toBeUndefined();
    await at.blobs.put(key, Buffer.from("old"), options);
    await expect(at.blobs.put(key, bytes, options)).rejects.toThrow(BlobTooLarge);
    expect((await at.blobs.get(key))?.info.bytes).toBe(3);
  });

  it("store nothing of a stream that breaks", async () => {
    const key = newKey();
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(bytes),
      pull: (controller) => controller.error(new Error("broken off")),
    });
    await expect(at.blobs.put(key, broken, png)).rejects.toThrow("broken off");
    expect(await at.blobs.get(key)).toBeUndefined();
  });

  const badKeys = [
    "",
    "/a",
    "a/",
    "a//b",
    "..",
    "a/../b",
    "./a",
    "a/.hidden",
    "a\\b",
    "a b",
    "a%2fb",
    "ä",
    "a?b",
    "a\0b",
  ];

  it.each([...badKeys, "x".repeat(600)])("refuse the key %j", async (key) => {
    await expect(at.blobs.put(key, bytes, png)).rejects.toThrow("plain segments");
    await expect(at.blobs.get(key)).rejects.toThrow("plain segments");
    await expect(at.blobs.delete(key)).rejects.toThrow("plain segments");
    await expect(at.blobs.signedUrl(key, 60)).rejects.toThrow("plain segments");
  });

  it("refuse a content type that could not stand in a header", async () => {
    await expect(at.blobs.put(newKey(), bytes, { contentType: "a/b\r\nX: y" })).rejects.toThrow("plain text");
  });

  describe("by a signed link", () => {
    it("can be read by anybody, as what they are", async () => {
      const key = newKey();
      await at.blobs.put(key, bytes, png);
      const response = await at.fetch(await at.blobs.signedUrl(key, 60));
      expect(response.status).toBe(200);
      expect(response.headers.get("Content-Type")).toBe("image/png");
      expect(Buffer.compare(await response.bytes(), bytes)).toBe(0);
    });

    it("may come to be after the link", async () => {
      const key = newKey();
      const url = await at.blobs.signedUrl(key, 60);
      expect((await at.fetch(url)).status).toBe(404);
      await at.blobs.put(key, bytes, png);
      const response = await at.fetch(url);
      expect(response.status).toBe(200);
      await response.body?.cancel();
    });

    it("cannot be written or deleted", async () => {
      const key = newKey();
      await at.blobs.put(key, bytes, png);
      const url = await at.blobs.signedUrl(key, 60);
      for (const method of ["PUT", "POST", "DELETE"]) {
        const response = await at.fetch(url, { method });
        expect(response.ok).toBe(false);
        await response.body?.cancel();
      }
      expect((await at.blobs.get(key))?.info.bytes).toBe(bytes.length);
    });

    it.each([0, -1, 1.5, 604_801, Number.NaN])("cannot be read for %d seconds", async (seconds) => {
      await expect(at.blobs.signedUrl(newKey(), seconds)).rejects.toThrow(RangeError);
    });
  });
}
