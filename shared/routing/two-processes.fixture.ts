import type { ModelEntry } from "../api/models.ts";
import { ConeaConfig } from "../config/conea-config.ts";
import { createLog, type LogLine } from "../core/log.ts";
import { openEmbeddedPlatform } from "../platform/embedded/open-embedded-platform.ts";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";
import type { Wake, Wakes } from "../platform/wakes.ts";
import type { Provider } from "../providers/provider.ts";
import { sweep } from "../queue/sweep.ts";
import { aChat, admin, ann, echo } from "../tasks/conea.fixture.ts";
import { type Conea, createConea } from "../tasks/create-conea.ts";
import { submitTask } from "../tasks/submit-task.ts";
import { type TaskDocument, taskPath } from "../tasks/task-document.ts";
import { createModel, deleteModel, replaceModel } from "./register-models.ts";

export type Call = { account: string; name: string; prompt: string; at: number };

/**
 * Two processes on one store, with providers `main` and `second`. Wakes go to each in turn, or to those named, and are refused
 * where `terraform apply` would have made no queue for them.
 */
export async function openTwo({
  chat = echo.chat,
  limits = {},
}: {
  chat?: Provider["chat"];
  limits?: object;
} = {}) {
  const account = { kind: "openai", apiKey: "secret:KEY" };
  const config = ConeaConfig.parse({
    providers: { main: { ...account, limits }, second: account },
    models: { m: { provider: "main", name: "vendor-m", kinds: ["chat"] } },
  });
  const clock = createVirtualClock(Date.parse("2026-01-01T00:00:00.000Z"));
  const lines: LogLine[] = [];
  const wakes: Wake[] = [];
  const calls: Call[] = [];
  const log = createLog((line) => lines.push(line), "DEBUG");
  let workers = [0, 1];
  let turn = 0;
  const embedded = await openEmbeddedPlatform({
    ...{ environment: {}, clock, log, random: () => 0.5, baseUrl: () => "http://127.0.0.1:8080" },
    deliverWake: (wake) => at(workers[turn++ % workers.length] ?? 0).runner.handleWake(wake),
  });
  const carried: Wakes = {
    slotMs: 250,
    async ensure(wake, name, due) {
      wakes.push(wake);
      const through = wake.through ?? wake.queue;
      if (!Object.hasOwn(config.providers, through))
        throw new Error(`There is no Cloud Tasks queue ${through}.`);
      return embedded.platform.wakes.ensure(wake, name, due);
    },
  };
  const open = async (id: string) => {
    const provider: Provider = {
      async chat(call) {
        const prompt = String(call.input.messages[0]?.content);
        calls.push({ account: id, name: call.model, prompt, at: clock.now() });
        return (chat ?? Promise.reject.bind(Promise))(call);
      },
    };
    return { provider, simulated: false };
  };
  const processes = [0, 1].map(() =>
    createConea({
      platform: { ...embedded.platform, wakes: carried },
      ...{ config, providers: { open }, log, closing: new AbortController().signal },
    }),
  );

  function at(index: number): Conea {
    const conea = processes[index];
    if (!conea) throw new Error(`there is no process ${index}`);
    return conea;
  }

  return {
    ...{ clock, calls, wakes, lines, at, close: embedded.close },
    /** From now on only these take wakes. */
    wakeOnly(...some: number[]) {
      workers = some;
    },
    register: (index: number, id: string, entry: Partial<ModelEntry> = {}) =>
      createModel(at(index), admin, { id, ...toEntry(entry) }),
    replace: (index: number, id: string, entry: Partial<ModelEntry> = {}) =>
      replaceModel(at(index), admin, id, toEntry(entry)),
    remove: (index: number, id: string) => deleteModel(at(index), admin, id),
    async submit(index: number, model: string, prompt = "Hello", changes: object = {}) {
      const input = { messages: [{ role: "user" as const, content: prompt }] };
      return (await submitTask(at(index), ann, aChat({ model, input, ...changes }))).task;
    },
    async read(id: string): Promise<TaskDocument> {
      const snapshot = await embedded.platform.documents.get<TaskDocument>(taskPath(id));
      if (!snapshot) throw new Error(`no task ${id}`);
      return snapshot.data;
    },
    async sweep(index: number) {
      const done = sweep(at(index));
      await clock.advance(0);
      return done;
    },
  };
}

function toEntry({ provider = "main", ...entry }: Partial<ModelEntry>): ModelEntry {
  return { provider, name: `vendor-of-${provider}`, kinds: ["chat"], ...entry };
}
