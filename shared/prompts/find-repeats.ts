import { createHash } from "node:crypto";
import stringify from "safe-stable-stringify";
import type { ChatInput, ChatMessage } from "../api/chat.ts";
import type { TaskInput } from "../api/inputs.ts";

/** Vendors keep what was read for five minutes to an hour, and nothing shorter than this many tokens. */
const keptMs = 60 * 60 * 1_000;
export const shortestPrefix = 1_024;
/** So many beginnings of a task are remembered, and the whole of it, on which the next turn builds. */
const rememberedPrefixes = 64;

export type Repeats = {
  /** How many messages a chat begins with as an earlier one did; `undefined` where not even its tools were the same. */
  prefixOf(model: string, input: ChatInput, at: number): number | undefined;
  /** Whether the same was asked before. */
  isDuplicate(model: string, type: string, input: TaskInput): boolean;
};

/** Remembers what was looked at, which must come in the order of time. */
export function createRepeats(): Repeats {
  const prefixes = new Map<string, number>();
  const requests = new Set<string>();
  return {
    prefixOf(model, input, at) {
      const hashes = toPrefixHashes(model, input);
      const isKept = (hash: string) => at - (prefixes.get(hash) ?? Number.NEGATIVE_INFINITY) <= keptMs;
      const found = hashes.findLastIndex(isKept);
      for (const [index, hash] of hashes.entries())
        if (index <= rememberedPrefixes || index === hashes.length - 1) prefixes.set(hash, at);
      return found < 0 ? undefined : found;
    },
    isDuplicate(model, type, input) {
      const hash = toHash(stringify([model, type, input]) ?? "");
      const isKnown = requests.has(hash);
      requests.add(hash);
      return isKnown;
    },
  };
}

/** Of the tools, of them and the first message, and so on. */
function toPrefixHashes(model: string, { messages, tools, responseFormat }: ChatInput): string[] {
  let hash = toHash(JSON.stringify([model, tools, responseFormat]));
  return [
    hash,
    ...messages.map((message: ChatMessage) => (hash = toHash(`${hash}${JSON.stringify(message)}`))),
  ];
}

function toHash(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
