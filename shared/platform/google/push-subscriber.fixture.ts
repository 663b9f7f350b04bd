import { EventEmitter, once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";
import type { Event } from "../../api/events.ts";
import { readPush } from "./read-push.ts";

const RawMessage = z.object({
  messageId: z.string(),
  orderingKey: z.string().optional(),
  attributes: z.record(z.string(), z.string()).default({}),
});
export type RawMessage = z.infer<typeof RawMessage>;
const Pushed = z.object({ message: RawMessage });
const Pulled = z.object({ receivedMessages: z.array(Pushed).default([]) });

export type SubscribeOptions = { topic?: string; deadLetterTopic?: string; ordered?: boolean };

/** A project's Pub/Sub on the emulator at `host`, with push subscriptions to a server of this process. */
export async function openPubSub(host: string, project: string) {
  const delivered = new EventEmitter();
  const handlers = new Map<string, (event: Event, raw: RawMessage) => Promise<void>>();
  const server = createServer(async (request, response) => {
    response.statusCode = await receive(request).then(
      () => 204,
      () => 500,
    );
    response.end();
    delivered.emit("delivered");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;

  async function receive(incoming: IncomingMessage): Promise<void> {
    const body = await text(incoming);
    const headers = { "content-type": incoming.headers["content-type"] ?? "" };
    const event = await readPush(new Request(`http://127.0.0.1:${port}/`, { method: "POST", headers, body }));
    await handlers.get(incoming.url ?? "")?.(event, Pushed.parse(JSON.parse(body)).message);
  }

  async function call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`http://${host}/v1/projects/${project}/${path}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`the emulator answered ${response.status} to ${method} ${path}`);
    return response.json();
  }

  const toTopic = (name: string) => `projects/${project}/topics/${name}`;

  return {
    async createTopic(name: string): Promise<void> {
      await call("PUT", `topics/${name}`, {});
    },
    /** Makes a subscription to be asked; returns what takes the next message of it. Its pushes lack the ordering key. */
    async subscribeToPull(): Promise<() => Promise<RawMessage | undefined>> {
      await call("PUT", "subscriptions/pulled", { topic: toTopic("events"), enableMessageOrdering: true });
      return async () => {
        const answer = await call("POST", "subscriptions/pulled:pull", { maxMessages: 1 });
        return Pulled.parse(answer).receivedMessages[0]?.message;
      };
    },
    /** From now on `handle` gets each event by push; a rejection answers 500. */
    async subscribe(
      handle: (event: Event, raw: RawMessage) => Promise<void>,
      { topic = "events", deadLetterTopic, ordered = true }: SubscribeOptions = {},
    ): Promise<void> {
      const name = `subscription-${handlers.size + 1}`;
      handlers.set(`/${name}`, handle);
      await call("PUT", `subscriptions/${name}`, {
        topic: toTopic(topic),
        pushConfig: { pushEndpoint: `http://127.0.0.1:${port}/${name}` },
        enableMessageOrdering: ordered,
        ...(deadLetterTopic && {
          deadLetterPolicy: { deadLetterTopic: toTopic(deadLetterTopic), maxDeliveryAttempts: 5 },
        }),
      });
    },
    /** Waits from one delivery to the next until `isDone`. */
    async until(isDone: () => boolean): Promise<void> {
      const signal = AbortSignal.timeout(15_000);
      while (!isDone()) await once(delivered, "delivered", { signal });
    },
    async close(): Promise<void> {
      await Promise.all([...handlers.keys()].map((path) => call("DELETE", `subscriptions${path}`)));
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
