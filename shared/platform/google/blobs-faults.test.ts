import { describe, expect, it } from "vitest";
import { BlobTooLarge } from "../blobs.ts";
import { fill, openBlobs, toStream, useKeyFile } from "./blobs.fixture.ts";
import { partBytes } from "./put-in-parts.ts";

useKeyFile();

const png = { contentType: "image/png" };
const key = "tenants/t/blobs/a";
const forever = Number.POSITIVE_INFINITY;

const small = fill(1_000_000);
const large = fill(partBytes * 2 + 1_000_000);
type Opened = Awaited<ReturnType<typeof openBlobs>>;

const stored = ({ storage }: Opened) => storage.objects.find("content", key)?.content;
const isStored = (at: Opened, content: Buffer) => stored(at)?.equals(content) ?? false;

describe("a blob stored at once", () => {
  it.each([503, 429, 500, "cut", "lost"] as const)(
    "is stored once when the first try meets %s",
    async (fault) => {
      await using at = await openBlobs();
      at.storage.faults.add({ operation: "upload", fault, times: 1 });
      await at.blobs.put(key, small, png);
      expect(isStored(at, small)).toBe(true);
      const generations = at.storage.objects.list("content").map(({ generation }) => generation);
      expect(generations).toHaveLength(1);
      expect(at.storage.calls).toEqual(["upload", "upload", ...(fault === "lost" ? ["read"] : [])]);
    },
  );

  it.each([503, "cut"] as const)("leaves nothing when every try meets %s", async (fault) => {
    await using at = await openBlobs();
    at.storage.faults.add({ operation: "upload", fault });
    await expect(at.blobs.put(key, small, png)).rejects.toThrow("Cloud Storage did not store a blob");
    expect(stored(at)).toBeUndefined();
    expect(at.storage.calls).toHaveLength(4);
  });

  it.each([400, 403])("is not tried again when it is refused with %d", async (fault) => {
    await using at = await openBlobs();
    at.storage.faults.add({ operation: "upload", fault });
    await expect(at.blobs.put(key, small, png)).rejects.toThrow("the bucket content");
    expect(at.storage.calls).toEqual(["upload"]);
  });

  it("is refused when it was damaged on its way, and what was there stays", async () => {
    await using at = await openBlobs();
    await at.blobs.put(key, Buffer.from("old"), png);
    at.storage.faults.add({ operation: "upload", fault: "corrupt" });
    await expect(at.blobs.put(key, small, png)).rejects.toThrow("Cloud Storage did not store a blob");
    expect(stored(at)?.toString()).toBe("old");
  });

  it("replaces what was there only while it is still that", async () => {
    await using at = await openBlobs();
    const versions = Array.from({ length: 5 }, (_, seed) => fill(300_000, seed + 1));
    await Promise.all(versions.map((version) => at.blobs.put(key, version, png)));
    expect(versions.some((version) => isStored(at, version))).toBe(true);
  });

  it("is old or new to every reader", async () => {
    await using at = await openBlobs();
    const versions = [fill(600_000, 3), fill(900_000, 5)];
    await at.blobs.put(key, versions[0] ?? small, png);
    for (let turn = 0; turn < 6; turn++) {
      const putting = at.blobs.put(key, versions[turn % 2] ?? small, png);
      const reads = await Promise.all([at.blobs.get(key), at.blobs.get(key), at.blobs.get(key)]);
      await putting;
      for (const read of reads)
        expect(versions.some((version) => Buffer.from(read?.content ?? []).equals(version))).toBe(true);
    }
  });
});

// Side by side: the client waits for a second and more before it goes on.
describe.concurrent("a blob stored in parts", () => {
  it.each([503, "cut"] as const)("goes on where it stopped when a part meets %s", async (fault) => {
    await using at = await openBlobs();
    at.storage.faults.add({ operation: "upload", fault, times: 1 });
    const info = await at.blobs.put(key, toStream(large), png);
    expect(info).toEqual({ key, contentType: "image/png", bytes: large.length });
    expect(isStored(at, large)).toBe(true);
    expect(at.storage.objects.find("content", key)?.contentType).toBe("image/png");
    expect(at.storage.calls.filter((call) => call === "start")).toHaveLength(1);
  });

  it("begins again when the session's start meets 503", async () => {
    await using at = await openBlobs();
    at.storage.faults.add({ operation: "start", fault: 503, times: 1 });
    await at.blobs.put(key, toStream(large), png);
    expect(isStored(at, large)).toBe(true);
  });

  it("leaves nothing when the connection is always cut, and reads no further", async () => {
    await using at = await openBlobs();
    at.storage.faults.add({ operation: "upload", fault: "cut" });
    let isCancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(small),
      cancel: () => {
        isCancelled = true;
      },
    });
    await expect(at.blobs.put(key, endless, png)).rejects.toThrow("Cloud Storage did not store a blob");
    expect(stored(at)).toBeUndefined();
    expect(at.storage.openUploads()).toBe(1);
    expect(isCancelled).toBe(true);
  });

  it("leaves nothing, and what was there, when the content breaks off, with the content's own error", async () => {
    await using at = await openBlobs();
    await at.blobs.put(key, Buffer.from("old"), png);
    const broken = toStream(large, (controller) => controller.error(new Error("broken off")));
    await expect(at.blobs.put(key, broken, png)).rejects.toThrow(/^broken off$/);
    expect(stored(at)?.toString()).toBe("old");
  });

  it("leaves nothing when more comes than may", async () => {
    await using at = await openBlobs();
    const options = { ...png, maxBytes: large.length - 1 };
    await expect(at.blobs.put(key, toStream(large), options)).rejects.toThrow(BlobTooLarge);
    expect(stored(at)).toBeUndefined();
    await at.blobs.put(key, toStream(large), { ...png, maxBytes: large.length });
    expect(isStored(at, large)).toBe(true);
  });

  it("is taken away again when it was damaged on its way", async () => {
    await using at = await openBlobs();
    at.storage.faults.add({ operation: "upload", fault: "corrupt", times: 1 });
    await expect(at.blobs.put(key, toStream(large), png)).rejects.toThrow(
      "Cloud Storage did not store a blob",
    );
    expect(stored(at)).toBeUndefined();
  });

  it("asks again for a part that nobody answers", async () => {
    await using at = await openBlobs({ timeoutMs: 1_000 });
    at.storage.faults.add({ operation: "upload", fault: "silent", times: 1 });
    await at.blobs.put(key, toStream(large), png);
    expect(isStored(at, large)).toBe(true);
  });
});

describe("a blob that is read", () => {
  it.each([503, 429, "cut", "corrupt", "short"] as const)(
    "is whole when the first try meets %s",
    async (fault) => {
      await using at = await openBlobs();
      await at.blobs.put(key, small, png);
      at.storage.faults.add({ operation: "download", fault, times: 1 });
      const found = await at.blobs.get(key);
      expect(Buffer.from(found?.content ?? []).equals(small)).toBe(true);
      expect(at.storage.calls).toEqual(["upload", "download", "download"]);
    },
  );

  it.each([503, "cut", "corrupt", "short"] as const)(
    "is not given in part when every try meets %s",
    async (fault) => {
      await using at = await openBlobs();
      await at.blobs.put(key, small, png);
      at.storage.faults.add({ operation: "download", fault });
      await expect(at.blobs.get(key)).rejects.toThrow("Cloud Storage did not read a blob");
      expect(at.storage.calls.filter((call) => call === "download")).toHaveLength(4);
    },
  );

  it("is asked for again where nobody answers, and given up in time", async () => {
    await using at = await openBlobs({ timeoutMs: 150 });
    await at.blobs.put(key, small, png);
    at.storage.faults.add({ operation: "download", fault: "silent", times: 1 });
    expect((await at.blobs.get(key))?.info.bytes).toBe(small.length);
    at.storage.faults.add({ operation: "download", fault: "silent", times: forever });
    await expect(at.blobs.get(key)).rejects.toThrow("(no answer)");
  });

  it("may come slowly", async () => {
    await using at = await openBlobs();
    await at.blobs.put(key, small, png);
    at.storage.faults.add({ operation: "download", fault: "slow", delayMs: 300 });
    expect((await at.blobs.get(key))?.info.bytes).toBe(small.length);
    expect(at.storage.calls).toEqual(["upload", "download"]);
  });

  it("makes Node warn of nothing", async () => {
    await using at = await openBlobs();
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on("warning", note);
    await at.blobs.put(key, small, png);
    await at.blobs.get(key);
    await at.blobs.get("other");
    await new Promise(setImmediate);
    process.off("warning", note);
    expect(warnings).toEqual([]);
  });
});

describe("a blob that is deleted", () => {
  it.each([503, "lost"] as const)("is gone when the first try meets %s", async (fault) => {
    await using at = await openBlobs();
    await at.blobs.put(key, small, png);
    at.storage.faults.add({ operation: "delete", fault, times: 1 });
    await at.blobs.delete(key);
    expect(stored(at)).toBeUndefined();
    expect(at.storage.calls).toEqual(["upload", "delete", "delete"]);
  });

  it("is not said to be gone when nobody answers", async () => {
    await using at = await openBlobs();
    await at.blobs.put(key, small, png);
    at.storage.faults.add({ operation: "delete", fault: 503 });
    await expect(at.blobs.delete(key)).rejects.toThrow("Cloud Storage did not delete a blob");
    expect(isStored(at, small)).toBe(true);
  });
});

describe("a bucket that is missing", () => {
  it("is named by every call, with what creates it", async () => {
    await using at = await openBlobs({ bucket: "elsewhere" });
    const missing = "The bucket elsewhere does not exist; terraform apply creates it.";
    await expect(at.blobs.put(key, small, png)).rejects.toThrow(missing);
    await expect(at.blobs.put(key, toStream(large), png)).rejects.toThrow(missing);
    await expect(at.blobs.get(key)).rejects.toThrow(missing);
    await expect(at.blobs.delete(key)).rejects.toThrow(missing);
  });
});
