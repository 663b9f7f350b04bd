import { describe, expect, it } from "vitest";
import { OutcomeUnknown } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { sweep } from "../queue/sweep.ts";
import { aCachedChat, openCachedConea } from "./cache.fixture.ts";

const text = "An answer that is long. ".repeat(6_000);
const long = { chat: async () => ({ result: { text, finishReason: "stop" as const }, usage }) };
const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 };

/** The store, with what concerns the cache failing. */
function failing(
  documents: Platform["documents"],
  fail: { get?: true; commit?: true },
): Platform["documents"] {
  const isCache = (path: string) => path.startsWith("cache/");
  return {
    ...documents,
    get: (path) =>
      fail.get && isCache(path) ? Promise.reject(new Error("the store is down")) : documents.get(path),
    commit: (writes) =>
      fail.commit && writes.some(({ path }) => isCache(path))
        ? Promise.reject(new OutcomeUnknown("lost"))
        : documents.commit(writes),
  };
}

describe("the cache where something fails", () => {
  it("takes a store that cannot be read for one that has nothing", async () => {
    const { run, runFrom, openAnother, conea, calls } = await openCachedConea();
    await run();
    const other = openAnother({ documents: failing(conea.documents, { get: true }) });
    expect(await runFrom(other)).toMatchObject({ cache: "miss", status: "succeeded" });
    expect(calls.count).toBe(2);
  });

  it("calls for itself where no claim can be made", async () => {
    const { runFrom, openAnother, conea, calls } = await openCachedConea();
    const other = openAnother({ documents: failing(conea.documents, { get: true, commit: true }) });
    const shared = aCachedChat({ coalesce: true });
    expect(await runFrom(other, shared)).toMatchObject({ cache: "miss", status: "succeeded" });
    expect(calls.count).toBe(1);
  });

  it("fails no task because its answer cannot be kept, and says so in the log", async () => {
    const { run, conea, lines } = await openCachedConea();
    const { commit } = conea.documents;
    conea.documents.commit = (writes) =>
      failing({ ...conea.documents, commit }, { commit: true }).commit(writes);
    expect((await run()).status).toBe("succeeded");
    await conea.cache.untilKept();
    expect(lines.map(({ sentence }) => sentence)).toContain("an answer was not kept");
  });

  it.each([
    ["holds another tenant's answer", { tenant: "evil" }],
    ["holds another type's answer", { type: "embedding" }],
    [
      "holds no answer of the type",
      {
        answer: {
          result: { text: 7 },
          keptAt: "2026-01-01T00:00:00.000Z",
          expiresAt: "2027-01-01T00:00:00.000Z",
        },
      },
    ],
    ["holds no times", { answer: { result: { text: "x", finishReason: "stop" } } }],
    ["holds something else", { answer: "nonsense" }],
  ])("takes an entry that %s for none, and replaces it", async (_what, fields) => {
    const { run, runFrom, openAnother, conea, calls } = await openCachedConea();
    await run();
    const [entry] = await conea.documents.query({ collection: "cache" });
    await conea.documents.commit([{ op: "update", path: entry?.path ?? "", fields }]);
    const shared = aCachedChat({ coalesce: true, mode: "read" });
    expect((await runFrom(openAnother(), shared)).cache).toBe("miss");
    expect((await runFrom(openAnother())).cache).toBe("miss");
    expect((await runFrom(openAnother())).cache).toBe("hit");
    expect(calls.count).toBe(3);
  });

  it("keeps a large answer in Blobs, and gives each task its own copy of it", async () => {
    const { run, runFrom, openAnother, conea } = await openCachedConea({}, long);
    const first = await run();
    const [entry] = await conea.documents.query({ collection: "cache" });
    expect(JSON.stringify(entry?.data).length).toBeLessThan(2_000);
    const hit = await runFrom(openAnother());
    expect(hit).toMatchObject({ cache: "hit", cost: { micros: 0 } });
    const [one, other] = [fileOf(first), fileOf(hit)];
    expect(other.key).not.toBe(one.key);
    await conea.blobs.delete(one.key);
    const found = await conea.blobs.get(other.key);
    expect(JSON.parse(new TextDecoder().decode(found?.content))).toEqual({ text, finishReason: "stop" });
    expect(other.url).not.toBe("");
  });

  it.each([
    ["is gone", undefined],
    ["was cut", "{"],
    ["is something else", JSON.stringify({ nonsense: "x".repeat(10) })],
  ])("takes a large answer whose file %s for none", async (_what, content) => {
    const { run, conea, calls } = await openCachedConea(
      {},
      {
        chat: async () => {
          calls.count += 1;
          return long.chat();
        },
      },
    );
    await run();
    const key = await keptFile(conea);
    await (content === undefined
      ? conea.blobs.delete(key)
      : conea.blobs.put(key, new TextEncoder().encode(content), { contentType: "application/json" }));
    expect(await run()).toMatchObject({ cache: "miss", status: "succeeded" });
    expect((await run()).cache).toBe("hit");
    expect(calls.count).toBe(2);
  });

  it("keeps files, and gives each task its own copy of them", async () => {
    const { run, conea, calls } = await openCachedConea();
    const input = { text: "Hello", voice: "alloy", format: "mp3" as const };
    const request = { ...aCachedChat(), type: "speech" as const, input };
    const first = await run(request);
    const hit = await run(request);
    expect(hit.cache).toBe("hit");
    expect(calls.count).toBe(1);
    await conea.blobs.delete(fileOf(first).key);
    const found = await conea.blobs.get(fileOf(hit).key);
    expect(new TextDecoder().decode(found?.content)).toBe("Hello 1");
    expect(found?.info.contentType).toBe("audio/mpeg");
  });

  it("takes a file that was cut for none", async () => {
    const { run, conea } = await openCachedConea();
    const input = { text: "Hello", voice: "alloy", format: "mp3" as const };
    const request = { ...aCachedChat(), type: "speech" as const, input };
    await run(request);
    const half = new TextEncoder().encode("Hel");
    await conea.blobs.put(await keptFile(conea), half, { contentType: "audio/mpeg" });
    expect((await run(request)).cache).toBe("miss");
    expect((await run(request)).cache).toBe("hit");
  });

  it("goes by what an upload contains, and calls where it is gone", async () => {
    const { run, conea, calls } = await openCachedConea();
    const upload = async (letter: string, content: string) => {
      const id = `blob_${letter.repeat(26)}`;
      const key = `tenants/acme/users/ann/uploads/${id}`;
      await conea.blobs.put(key, new TextEncoder().encode(content), { contentType: "audio/wav" });
      return { ...aCachedChat(), type: "transcription" as const, input: { audio: { blob: id } } };
    };
    const request = await upload("a", "sound");
    await run(request);
    expect(await run(await upload("b", "sound"))).toMatchObject({
      cache: "hit",
      result: { text: "heard 1" },
    });
    expect(await run(await upload("c", "noise"))).toMatchObject({
      cache: "miss",
      result: { text: "heard 2" },
    });
    await conea.blobs.delete(`tenants/acme/users/ann/uploads/${request.input.audio.blob}`);
    expect(await run(request)).toMatchObject({ status: "failed", error: { code: "blob_not_found" } });
    expect(calls.count).toBe(2);
  });

  it("has the sweep tell of a hit whose process ended before it could", async () => {
    const { run, submit, read, conea, events, lines } = await openCachedConea();
    await run();
    const { publish } = conea.events;
    conea.events.publish = () => Promise.reject(new Error("the publisher is down"));
    const { task } = await submit(aCachedChat());
    expect(await read(task.id)).toMatchObject({ status: "succeeded", unpublished: true });
    expect(lines.map(({ sentence }) => sentence)).toContain("event left to the sweep");
    conea.events.publish = publish;
    await sweep(conea);
    expect(events.filter((event) => event.task.id === task.id).map(({ type }) => type)).toEqual([
      "task.accepted",
      "task.succeeded",
    ]);
    expect(await read(task.id)).not.toHaveProperty("unpublished");
  });

  it("writes nothing of what was asked or answered into the log", async () => {
    const { run, conea, lines } = await openCachedConea({}, long);
    await run();
    const key = await keptFile(conea);
    const found = await conea.blobs.get(key);
    const content = new Uint8Array(found?.content ?? []).fill(33);
    content.set(new TextEncoder().encode("the secret answer"));
    await conea.blobs.put(key, content, { contentType: "application/json" });
    expect((await run()).cache).toBe("miss");
    expect(JSON.stringify(lines)).not.toMatch(/secret answer|An answer that|Hello/);
  });
});

/** Where the one entry that there is has its answer. */
async function keptFile({ documents }: Pick<Platform, "documents">): Promise<string> {
  const [entry] = await documents.query({ collection: "cache" });
  if (!entry) throw new Error("there is no entry");
  return fileOf(entry.data.answer as { result: unknown }).key;
}

function fileOf({ result }: { result?: unknown }): { key: string; url: string } {
  return (result as { file: { key: string; url: string } }).file;
}
