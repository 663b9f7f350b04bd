import type { ChatInput, ChatMessage } from "../api/chat.ts";
import type { CompressionReport } from "../api/compression.ts";
import type { TaskInput } from "../api/inputs.ts";
import type { ModelPrice } from "../api/model-price.ts";
import { readTokens } from "../api/usage.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import type { TokenCounter } from "./count-tokens.ts";
import { createRepeats, shortestPrefix } from "./find-repeats.ts";
import { measureParts, type Parts } from "./measure-parts.ts";
import { minifyText } from "./minify-text.ts";
import { addSaved, fromCache, noSaving, withoutTokens } from "./sum-savings.ts";
import { trimMessages } from "./trim-messages.ts";

/** A task that has succeeded, with what it was asked and what its model costs. */
export type Looked = { task: TaskDocument; input: TaskInput; price: ModelPrice | undefined };

type Savings = Pick<
  CompressionReport,
  "inputTokens" | "costMicros" | "trimming" | "prefixes" | "duplicates" | "minification"
>;

export type Meter = { look(looked: Looked): void; report(): Savings };

/** The characters in which blanks are looked for, in all. */
const mostMinified = 1_000_000;

/** Adds up what each way would have saved. The tasks must come in the order of time. */
export function createMeter({
  maxInputTokens,
  counter,
}: {
  maxInputTokens: number;
  counter: TokenCounter;
}): Meter {
  const repeats = createRepeats();
  const [trimming, prefixes, duplicates, minification] = [noSaving(), noSaving(), noSaving(), noSaving()];
  let [inputTokens, costMicros, cachedTokens, minified] = [0, 0, 0, 0];

  function lookAtChat({ task, price }: Looked, input: ChatInput): void {
    const parts = measureParts(input, readTokens(task.usage));
    const trimmed = toTrimmed(input, parts, maxInputTokens);
    addSaved(trimming, withoutTokens(task.usage, trimmed, price));
    const prefix = toPrefix(input, parts, repeats.prefixOf(toModel(task), input, Date.parse(task.createdAt)));
    if (prefix >= shortestPrefix) {
      const already = Math.min(prefix, task.usage.cachedInputTokens);
      cachedTokens += Math.round(already);
      addSaved(prefixes, fromCache(task.usage, prefix - already, price));
    }
    const shorter = input.messages.reduce((sum, message) => sum + toMinified(message, parts), 0);
    addSaved(minification, withoutTokens(task.usage, shorter, price));
  }

  function toMinified(message: ChatMessage, { sizes }: Parts): number {
    const text = toText(message);
    if (text.length === 0 || minified + text.length > mostMinified) return 0;
    minified += text.length;
    const short = minifyText(text);
    if (short.length === text.length) return 0;
    const before = counter.ofText(text);
    return Math.max(0, 1 - counter.ofText(short) / Math.max(1, before)) * (sizes.get(message) ?? 0);
  }

  return {
    look(looked) {
      const { task, input } = looked;
      inputTokens += readTokens(task.usage);
      costMicros += task.cost.micros ?? 0;
      // What the cache answered has been saved already.
      const isHit = task.cache === "hit";
      const isDuplicate = repeats.isDuplicate(toModel(task), task.type, input);
      if (isDuplicate && !isHit) {
        const micros = task.cost.known ? task.cost.micros : undefined;
        addSaved(duplicates, { tokens: readTokens(task.usage), micros });
      }
      if ("messages" in input && !isHit) lookAtChat(looked, input);
    },
    report() {
      const share = inputTokens === 0 ? 0 : Math.min(1, prefixes.tokens / inputTokens);
      return {
        ...{ inputTokens, costMicros, duplicates, minification },
        trimming: { ...trimming, maxInputTokens },
        prefixes: { ...prefixes, share, cachedTokens },
      };
    },
  };
}

function toModel({ queue, model = "" }: TaskDocument): string {
  return `${queue}/${model}`;
}

function toText({ content }: ChatMessage): string {
  if (content === undefined || typeof content === "string") return content ?? "";
  return content.map((part) => (part.type === "text" ? part.text : "")).join("\n");
}

/** The tokens that would have been left out; none where what is always kept is too long. */
function toTrimmed({ messages }: ChatInput, { rest, sizes }: Parts, maxInputTokens: number): number {
  const tokensOf = (message: ChatMessage) => sizes.get(message) ?? 0;
  const { fits, droppedTokens } = trimMessages(messages, tokensOf, { maxTokens: maxInputTokens - rest });
  return fits ? droppedTokens : 0;
}

function toPrefix({ messages }: ChatInput, { rest, sizes }: Parts, repeated: number | undefined): number {
  if (repeated === undefined) return 0;
  return messages.slice(0, repeated).reduce((sum, message) => sum + (sizes.get(message) ?? 0), rest);
}
