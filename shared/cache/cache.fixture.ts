import type { CacheRequest } from "../api/cache.ts";
import type { SubmitTask } from "../api/task.ts";
import { totalCounts } from "../platform/count-documents.ts";
import type { Platform } from "../platform/platform.ts";
import type { Provider } from "../providers/provider.ts";
import { aChat, ann, openTestConea, type TestOptions } from "../tasks/conea.fixture.ts";
import { type Conea, createConea } from "../tasks/create-conea.ts";
import { submitTask } from "../tasks/submit-task.ts";
import type { TaskDocument } from "../tasks/task-document.ts";

export const readWrite: CacheRequest = { mode: "read_write", coalesce: false };

/** A chat that uses the cache, with what a test changes. */
export function aCachedChat(
  cache: Partial<CacheRequest> = {},
  changes: Parameters<typeof aChat>[0] = {},
): SubmitTask {
  return aChat({ cache: { ...readWrite, ...cache }, ...changes });
}

/** A provider that says how often it was called, in each answer. */
export function countingProvider(changes: Partial<Provider> = {}) {
  const calls = { count: 0, texts: [] as string[][] };
  const usage = { inputTokens: 3, cachedInputTokens: 0, outputTokens: 5 };
  const provider: Provider = {
    async chat({ onText }) {
      const text = `answer ${++calls.count}`;
      onText?.(text);
      return { result: { text, finishReason: "stop" }, usage };
    },
    async embedding({ input }) {
      const texts = typeof input.input === "string" ? [input.input] : input.input;
      calls.count += 1;
      calls.texts.push(texts);
      const embeddings = texts.map((text, index) => ({ index, values: [text.length, text.charCodeAt(0)] }));
      return { result: { embeddings }, usage: { ...usage, inputTokens: texts.length, outputTokens: 0 } };
    },
    async speech({ input }) {
      const content = new TextEncoder().encode(`${input.text} ${++calls.count}`);
      return { result: { file: { content, contentType: "audio/mpeg" } }, usage };
    },
    async transcription() {
      return { result: { text: `heard ${++calls.count}` }, usage };
    },
    ...changes,
  };
  return { provider, calls };
}

/** Conea with a counting provider, and a way to run a task to its end. */
export async function openCachedConea(options: TestOptions = {}, changes: Partial<Provider> = {}) {
  const { provider, calls } = countingProvider(changes);
  const test = await openTestConea({ provider, ...options });
  /** Lets what goes on behind come to its end, files included. */
  const settle = async (taskId: string): Promise<TaskDocument> => {
    await test.clock.advance(1);
    for (let turns = 0; turns < 50; turns++) await test.clock.advance(0);
    await test.conea.cache.untilKept();
    return test.read(taskId);
  };
  const run = async (request: SubmitTask = aCachedChat(), principal = ann): Promise<TaskDocument> =>
    settle((await test.submit(request, principal)).task.id);
  /** What was done to documents while `act` ran, but for listening. */
  const costOf = async (act: () => Promise<unknown>) => {
    test.counts.clear();
    await act();
    return {
      total: totalCounts(test.counts),
      cache: test.counts.get("cache") ?? { reads: 0, writes: 0, deletes: 0 },
    };
  };
  /** Another process on the same store: it has its own memory, and this one's workers. */
  const openAnother = (platform: Partial<Platform> = {}): Conea => {
    const closing = new AbortController().signal;
    return createConea({
      platform: { ...test.embedded.platform, documents: test.conea.documents, ...platform },
      config: test.conea.config,
      providers: test.conea.providers,
      log: test.conea.log,
      closing,
    });
  };
  /** Submits elsewhere what was asked here more than a minute ago, and runs it here. */
  const runFrom = async (conea: Conea, request = aCachedChat()): Promise<TaskDocument> => {
    // Nor does this one's memory know the answer any more.
    await test.clock.advance(60_000);
    return settle((await submitTask(conea, ann, request)).task.id);
  };
  return { ...test, calls, run, settle, costOf, openAnother, runFrom };
}
