import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApi } from "../functions/api/api.ts";
import { ConeaConfig } from "../shared/config/conea-config.ts";
import { createLog } from "../shared/core/log.ts";
import { countDocuments } from "../shared/platform/count-documents.ts";
import { openEmbeddedPlatform } from "../shared/platform/embedded/open-embedded-platform.ts";
import type { Provider } from "../shared/providers/provider.ts";
import { createConea } from "../shared/tasks/create-conea.ts";

const key = "bench-local-key";

/** Answers at once, so that what is measured is Conea. */
const instant: Provider = {
  async chat() {
    const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 };
    return { result: { text: "done", finishReason: "stop" }, usage };
  },
};

/** Conea on the embedded platform, journaling to a folder of its own, with a provider that takes no time. */
export async function openBenchConea(limits: object = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), "conea-bench-"));
  const config = ConeaConfig.parse({
    providers: { main: { kind: "openai", apiKey: "secret:KEY", limits } },
    models: { m: { provider: "main", kinds: ["chat"] } },
  });
  const log = createLog(() => {}, "ERROR");
  const embedded = await openEmbeddedPlatform({
    dataDir,
    environment: {},
    baseUrl: () => "http://127.0.0.1",
    deliverWake: (wake) => conea.runner.handleWake(wake),
    log,
  });
  const ended = new Set<string>();
  let waiting: { count: number; resolve: () => void } | undefined;
  embedded.subscribe(async (event) => {
    if (event.type === "task.succeeded") ended.add(event.task.id);
    if (waiting && ended.size >= waiting.count) waiting.resolve();
  });
  const { documents, counts } = countDocuments(embedded.platform.documents);
  const conea = createConea({
    platform: { ...embedded.platform, documents },
    config,
    providers: { open: async () => ({ provider: instant, simulated: false }) },
    log,
    closing: new AbortController().signal,
    localKey: key,
  });
  const api = createApi(conea);

  const submit = async (headers: Record<string, string> = {}) => {
    const answer = await api(
      new Request("http://127.0.0.1/v1/tasks", {
        method: "POST",
        headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json", ...headers },
        body: '{"type":"chat","input":{"messages":[{"role":"user","content":"Hello"}]}}',
      }),
    );
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`submitting was answered ${answer.status}`);
  };

  return {
    conea,
    counts,
    submit,
    /** Resolves once this many tasks have succeeded. */
    untilEnded: (count: number) =>
      new Promise<void>((resolve) => {
        waiting = { count, resolve };
        if (ended.size >= count) resolve();
      }),
    async close() {
      await conea.runner.drain(1_000);
      await embedded.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
