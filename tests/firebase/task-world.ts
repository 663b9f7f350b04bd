import { ConeaConfig } from "../../shared/config/conea-config.ts";
import { createLog } from "../../shared/core/log.ts";
import { openEmbeddedPlatform } from "../../shared/platform/embedded/open-embedded-platform.ts";
import { openFirestoreDocuments } from "../../shared/platform/google/documents.ts";
import type { Provider, ProviderAnswer, ProviderCall } from "../../shared/providers/provider.ts";
import { aChat, ann } from "../../shared/tasks/conea.fixture.ts";
import { createConea } from "../../shared/tasks/create-conea.ts";
import { submitTask } from "../../shared/tasks/submit-task.ts";
import type { TaskDocument } from "../../shared/tasks/task-document.ts";
import { loadRules } from "./load-rules.ts";

/** Conea itself, with its documents in the Firestore emulator under the rules, and a provider that a test leads by hand. */
export type TaskWorld = {
  /** Ann's chat with live text; it waits until `start`. */
  submit(): Promise<TaskDocument>;
  start(task: TaskDocument): Promise<void>;
  /** What the provider streams next, once its call has come. */
  say(text: string): Promise<void>;
  /** Ends the provider's call with this text. */
  finish(text: string): void;
  close(): Promise<void>;
};

export type TaskWorldOptions = { projectId: string; firestore: string; rules: string };

export async function openTaskWorld({ projectId, firestore, rules }: TaskWorldOptions): Promise<TaskWorld> {
  await loadRules(firestore, projectId, rules);
  const log = createLog(() => undefined);
  const embedded = await openEmbeddedPlatform({
    environment: {},
    baseUrl: () => "http://127.0.0.1",
    deliverWake: (wake) => conea.runner.handleWake(wake),
    log,
  });
  const documents = openFirestoreDocuments({
    project: projectId,
    database: "(default)",
    endpoint: firestore,
  });
  const led = createLedProvider();
  const conea = createConea({
    platform: { ...embedded.platform, documents },
    config: ConeaConfig.parse({
      providers: { main: { kind: "openai", apiKey: "secret:KEY" } },
      models: { m: { provider: "main", name: "vendor-m", kinds: ["chat"] } },
    }),
    providers: { open: async () => ({ provider: led.provider, simulated: false }) },
    log,
    closing: new AbortController().signal,
  });
  return {
    async submit() {
      const { task } = await submitTask(conea, ann, aChat({ stream: true }), { startsHere: true });
      return task;
    },
    start: (task) => conea.runner.startNow(task),
    say: led.say,
    finish: led.finish,
    async close() {
      await conea.runner.drain(0);
      await embedded.close();
      await documents.close();
    },
  };
}

function createLedProvider() {
  const called = Promise.withResolvers<ProviderCall<"chat">>();
  const answered = Promise.withResolvers<ProviderAnswer<"chat">>();
  const provider: Provider = {
    chat(call) {
      called.resolve(call);
      return answered.promise;
    },
  };
  return {
    provider,
    async say(text: string) {
      const { onText } = await called.promise;
      onText?.(text);
    },
    finish(text: string) {
      const usage = { inputTokens: 3, cachedInputTokens: 0, outputTokens: 5 };
      answered.resolve({ result: { text, finishReason: "stop" }, usage });
    },
  };
}
