import { createApi } from "../../functions/api/api.ts";
import { createCronSweep } from "../../functions/cron-sweep/cron-sweep.ts";
import { embeddedNames } from "../../functions/open-platform.ts";
import { createWorker } from "../../functions/worker/worker.ts";
import type { Event } from "../../shared/api/events.ts";
import { ConeaConfig } from "../../shared/config/conea-config.ts";
import { createLog, type LogLine } from "../../shared/core/log.ts";
import type { Handler } from "../../shared/http/create-app.ts";
import { traceRequests } from "../../shared/http/trace-requests.ts";
import { openEmbeddedPlatform } from "../../shared/platform/embedded/open-embedded-platform.ts";
import { openTracer } from "../../shared/platform/open-tracer.ts";
import { tracePlatform } from "../../shared/platform/trace-platform.ts";
import type { Provider } from "../../shared/providers/provider.ts";
import { traceProviders } from "../../shared/providers/trace-providers.ts";
import { createConea } from "../../shared/tasks/create-conea.ts";

export const prompt = "the colour of my secret door";
export const answerText = "it is green, of course";
export const apiKey = "key-that-nobody-may-see";
export const caller = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
export const traceparent = `00-${caller.traceId}-${caller.spanId}-01`;

const speaker: Provider = {
  async chat() {
    const usage = { inputTokens: 3, cachedInputTokens: 2, outputTokens: 5 };
    return { result: { text: answerText, finishReason: "stop" }, usage, requestId: "call-1" };
  },
};

/** Every function on the embedded platform, with one provider and spans sent to `endpoint`. */
export async function openTraced(endpoint: string | undefined, provider: Provider = speaker, ratio = 1) {
  const config = ConeaConfig.parse({
    providers: { main: { kind: "openai", apiKey: "secret:KEY" } },
    models: { m: { provider: "main", name: "vendor-m", kinds: ["chat"] } },
    retry: { attempts: 1 },
  });
  const lines: LogLine[] = [];
  const events: Event[] = [];
  const log = createLog((line) => lines.push(line), "DEBUG");
  const tracer = openTracer({ service: "conea", endpoint, ratio, log });
  const functions: { worker?: Handler } = {};
  const embedded = await openEmbeddedPlatform({
    environment: { KEY: apiKey },
    baseUrl: () => "http://127.0.0.1:1",
    async deliverWake({ traceparent, ...wake }) {
      const headers = { "Content-Type": "application/json", ...(traceparent && { traceparent }) };
      const body = JSON.stringify(wake);
      await functions.worker?.(new Request("http://worker/", { method: "POST", headers, body }));
    },
    log,
  });
  const settled = Promise.withResolvers<Event>();
  embedded.subscribe(async (event) => {
    events.push(event);
    if (event.type === "task.succeeded" || event.type === "task.dead") settled.resolve(event);
  });
  const platform = tracer.keep ? tracePlatform(embedded.platform, embeddedNames) : embedded.platform;
  const directory = {
    async open() {
      await platform.secrets.get("KEY");
      return { provider, simulated: false };
    },
  };
  const conea = createConea({
    platform,
    config,
    providers: tracer.keep ? traceProviders(directory, config) : directory,
    log,
    closing: new AbortController().signal,
    localKey: "local-dev-key",
  });
  const worker = traceRequests(createWorker(conea), tracer);
  functions.worker = worker;
  const api = traceRequests(createApi(conea), tracer);
  const submit = (headers: Record<string, string> = { traceparent }) =>
    api(
      new Request("http://api/v1/tasks", {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          Authorization: "Bearer local-dev-key",
          ...headers,
        },
        body: JSON.stringify({ type: "chat", input: { messages: [{ role: "user", content: prompt }] } }),
      }),
    );
  return {
    api,
    submit,
    sweep: traceRequests(createCronSweep(conea), tracer),
    settled: settled.promise,
    worker,
    events,
    lines,
    tracer,
    close: embedded.close,
  };
}
