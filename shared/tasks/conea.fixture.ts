import type { Principal } from "../access/principal.ts";
import { type Event, isTaskEvent, type TaskEvent } from "../api/events.ts";
import type { SubmitTask } from "../api/task.ts";
import { ConeaConfig } from "../config/conea-config.ts";
import { createLog, type LogLine } from "../core/log.ts";
import { countDocuments } from "../platform/count-documents.ts";
import { openEmbeddedPlatform } from "../platform/embedded/open-embedded-platform.ts";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";
import type { Provider } from "../providers/provider.ts";
import { createConea } from "./create-conea.ts";
import { type SubmitOptions, submitTask } from "./submit-task.ts";
import { type TaskDocument, taskPath } from "./task-document.ts";

export const ann: Principal = { tenant: "acme", user: "ann", role: "user" };
export const bob: Principal = { tenant: "acme", user: "bob", role: "user" };
export const eve: Principal = { tenant: "evil", user: "eve", role: "admin" };
export const admin: Principal = { tenant: "acme", user: "root", role: "admin" };
export const viewer: Principal = { tenant: "acme", user: "vic", role: "viewer" };

/** A chat to submit, with what a test changes. */
export function aChat(changes: Partial<Extract<SubmitTask, { type: "chat" }>> = {}): SubmitTask {
  return {
    type: "chat",
    input: { messages: [{ role: "user", content: "Hello" }] },
    priority: 5,
    stream: false,
    ...changes,
  };
}

/** A provider that answers each chat at once, unless a test says otherwise. */
export const echo: Provider = {
  async chat({ input }) {
    const last = input.messages.at(-1)?.content;
    const text = `You said: ${typeof last === "string" ? last : "…"}`;
    const usage = { inputTokens: 3, cachedInputTokens: 0, outputTokens: 5 };
    return { result: { text, finishReason: "stop" }, usage, requestId: "call-1" };
  },
};

export type TestOptions = {
  provider?: Provider;
  limits?: object;
  retry?: object;
  timeouts?: object;
  breaker?: object;
  /** `queue` of the configuration: how long a line may become. */
  queue?: object;
  /** `allowances` of the configuration; none where absent. */
  allowances?: object;
  /** What the entry of the model `m` has beside. */
  model?: object;
  /** A second queue of that name, for what names the model `n`. */
  second?: boolean;
  /** What that queue's provider does; the same as the first where absent. */
  secondProvider?: Provider;
  /** What the entry of the model `n` has beside. */
  secondModel?: object;
  /** Where there is one, documents are kept across openings. */
  dataDir?: string;
};

/** Conea on the embedded platform with a virtual clock and a provider of the test's own, behind one queue `main`. */
export async function openTestConea({
  provider = echo,
  limits = {},
  retry = {},
  timeouts = {},
  breaker = {},
  queue = {},
  allowances,
  model = {},
  second = false,
  secondProvider = provider,
  secondModel = {},
  dataDir,
}: TestOptions = {}) {
  const config = ConeaConfig.parse({
    providers: {
      main: { kind: "openai", apiKey: "secret:KEY", limits, timeouts },
      ...(second && { second: { kind: "anthropic", apiKey: "secret:KEY" } }),
    },
    models: {
      m: {
        provider: "main",
        name: "vendor-m",
        kinds: ["chat", "embedding", "speech", "transcription"],
        ...model,
      },
      ...(second && { n: { provider: "second", name: "vendor-n", kinds: ["chat"], ...secondModel } }),
    },
    retry,
    breaker,
    queue,
    ...(allowances && { allowances }),
  });
  const clock = createVirtualClock(Date.parse("2026-01-01T00:00:00.000Z"));
  const lines: LogLine[] = [];
  const allEvents: Event[] = [];
  const events: TaskEvent[] = [];
  const log = createLog((line) => lines.push(line), "DEBUG");
  const embedded = await openEmbeddedPlatform({
    ...(dataDir && { dataDir }),
    environment: {},
    clock,
    random: () => 0.5,
    baseUrl: () => "http://127.0.0.1:8080",
    deliverWake: (wake) => conea.runner.handleWake(wake),
    log,
  });
  embedded.subscribe(async (event) => {
    allEvents.push(event);
    if (isTaskEvent(event)) events.push(event);
  });
  const { documents, counts } = countDocuments(embedded.platform.documents);
  const closing = new AbortController();
  const conea = createConea({
    platform: { ...embedded.platform, documents },
    config,
    providers: {
      open: async (id) => ({ provider: id === "second" ? secondProvider : provider, simulated: false }),
    },
    log,
    closing: closing.signal,
    localKey: "local-dev-key",
  });
  const submit = (request: SubmitTask = aChat(), principal = ann, options: SubmitOptions = {}) =>
    submitTask(conea, principal, request, options);
  const read = async (id: string): Promise<TaskDocument> => {
    const snapshot = await embedded.platform.documents.get<TaskDocument>(taskPath(id));
    if (!snapshot) throw new Error(`no task ${id}`);
    return snapshot.data;
  };
  return {
    conea,
    clock,
    counts,
    events,
    allEvents,
    lines,
    submit,
    read,
    closing,
    close: embedded.close,
    embedded,
  };
}
