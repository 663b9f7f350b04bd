import type { EmbeddingInput } from "../api/inputs.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import { toDigest } from "./cache-key.ts";
import { type Caching, toWanted } from "./caching.ts";
import type { Entries } from "./create-entries.ts";
import type { Keys } from "./create-keys.ts";
import { textsOf, type Vectors } from "./embed-rest.ts";

export type KnownVectors = {
  /** The vectors of an input's texts that are known: in this process, or also in the store. */
  find(task: TaskDocument, input: EmbeddingInput, caching: Caching, where: "near" | "far"): Promise<Vectors>;
  keep(task: TaskDocument, input: EmbeddingInput, caching: Caching, fresh: Vectors): Promise<void>;
};

/** As many are asked for at the same time. */
const mostReads = 100;

/** Embeddings are kept one text at a time: an entry each, whatever batch they came in. */
export function createVectors({ entries, toKeys }: { entries: Entries; toKeys: Keys }): KnownVectors {
  return {
    async find(task, input, caching, where) {
      const texts = [...new Set(textsOf(input))];
      const keys = await toKeys(
        task,
        texts.map((text) => toTextDigest(input, text)),
      );
      const wanted = toWanted(task, caching);
      const questions = keys.map((key, index) => ({ key, text: texts[index] ?? "" }));
      const vectors = new Map<string, number[]>();
      for (let start = 0; start < questions.length; start += mostReads) {
        const some = questions.slice(start, start + mostReads).map(async ({ key, text }) => {
          const answer =
            where === "far" ? (await entries.find(key, wanted)).answer : entries.near(key, wanted);
          const [vector] = answer && "embeddings" in answer.result ? answer.result.embeddings : [];
          if (vector) vectors.set(text, vector.values);
        });
        await Promise.all(some);
      }
      return vectors;
    },
    async keep(task, input, { ttlSeconds }, fresh) {
      const texts = [...fresh.keys()];
      const vectors = [...fresh.values()];
      const keys = await toKeys(
        task,
        texts.map((text) => toTextDigest(input, text)),
      );
      const { tenant, type } = task;
      const toResult = (index: number) => ({ embeddings: [{ index: 0, values: vectors[index] ?? [] }] });
      await entries.put(
        { tenant, type, ttlSeconds },
        keys.map((key, index) => ({ key, result: toResult(index) })),
      );
    },
  };
}

/** A text is the same question alone and among others. */
function toTextDigest(input: EmbeddingInput, text: string): string {
  return toDigest({ ...input, input: text });
}
