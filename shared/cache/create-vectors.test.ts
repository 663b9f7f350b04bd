import { describe, expect, it } from "vitest";
import type { SubmitTask } from "../api/task.ts";
import { eve } from "../tasks/conea.fixture.ts";
import { openCachedConea, readWrite } from "./cache.fixture.ts";

const texts = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `text ${from + index}`);

const anEmbedding = (input: string | string[], rest: { dimensions?: number } = {}): SubmitTask => ({
  type: "embedding",
  input: { input, ...rest },
  priority: 5,
  stream: false,
  cache: readWrite,
});

describe("embeddings in the cache", () => {
  it("are called for where they are not known: a tenth of a batch of which nine tenths are", async () => {
    const { run, calls } = await openCachedConea();
    const first = await run(anEmbedding(texts(0, 90)));
    expect(first).toMatchObject({ cache: "miss", usage: { inputTokens: 90 } });
    const mixed = [...texts(90, 95), ...texts(0, 90), ...texts(95, 100)];
    const second = await run(anEmbedding(mixed));
    expect(second).toMatchObject({ cache: "partial", usage: { inputTokens: 10 } });
    expect(calls.texts[1]).toEqual(texts(90, 100));
    const expected = mixed.map((text, index) => ({ index, values: [text.length, text.charCodeAt(0)] }));
    expect(second.result).toEqual({ embeddings: expected });
  });

  it("are all known in the end, whatever batches they came in, and then no call is made", async () => {
    const { run, calls } = await openCachedConea();
    await run(anEmbedding(texts(0, 3)));
    await run(anEmbedding("text 3"));
    const all = await run(anEmbedding([...texts(2, 4), ...texts(0, 3)]));
    expect(all).toMatchObject({ cache: "hit", attempts: [], cost: { micros: 0, known: true } });
    expect(await run(anEmbedding("text 0"))).toMatchObject({ cache: "hit" });
    expect(calls.count).toBe(2);
  });

  it("are found by another process too", async () => {
    const { run, runFrom, openAnother, calls } = await openCachedConea();
    await run(anEmbedding(texts(0, 3)));
    expect((await runFrom(openAnother(), anEmbedding(texts(0, 3)))).cache).toBe("hit");
    expect((await runFrom(openAnother(), anEmbedding(texts(0, 4)))).cache).toBe("partial");
    expect(calls.texts).toEqual([texts(0, 3), ["text 3"]]);
  });

  it("are other ones of another length, and never another tenant's", async () => {
    const { run } = await openCachedConea();
    await run(anEmbedding("a"));
    expect((await run(anEmbedding("a", { dimensions: 2 }))).cache).toBe("miss");
    expect((await run(anEmbedding("a"), eve)).cache).toBe("miss");
  });

  it("cost a read and a write for each text that is new, and nothing where the process remembers them", async () => {
    const { run, costOf } = await openCachedConea();
    const miss = await costOf(() => run(anEmbedding(texts(0, 5))));
    expect(miss.cache).toEqual({ reads: 5, writes: 5, deletes: 0 });
    const hit = await costOf(() => run(anEmbedding(texts(0, 5))));
    expect(hit.total).toEqual({ reads: 0, writes: 2, deletes: 0 });
  });

  it("are put into a file for the task where they are many", async () => {
    const { run, conea } = await openCachedConea(
      {},
      {
        async embedding({ input }) {
          const all = typeof input.input === "string" ? [input.input] : input.input;
          const values = Array.from({ length: 1_536 }, (_, index) => index / 7);
          const embeddings = all.map((_, index) => ({ index, values }));
          return { result: { embeddings }, usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 0 } };
        },
      },
    );
    await run(anEmbedding(texts(0, 20)));
    const { cache, result } = await run(anEmbedding(texts(0, 20)));
    expect(cache).toBe("hit");
    const { file } = result as { file: { key: string } };
    const found = await conea.blobs.get(file.key);
    expect(JSON.parse(new TextDecoder().decode(found?.content)).embeddings).toHaveLength(20);
  });
});
