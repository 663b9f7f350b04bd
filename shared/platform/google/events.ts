import type { PublishOptions, PubSub, Topic } from "@google-cloud/pubsub";
import type { Events } from "../events.ts";
import { openOnce } from "./open-once.ts";
import { toEndpointOptions } from "./to-endpoint-options.ts";
import { type Message, toMessage } from "./to-message.ts";
import { toPublishError } from "./to-publish-error.ts";

export type PubSubEventsOptions = {
  project: string;
  /** Short name of the topic that every event goes to. */
  topic: string;
  /** `host:port` of a server that plays Pub/Sub. Unset: what PUBSUB_EMULATOR_HOST names, or else Pub/Sub itself. */
  endpoint?: string;
  /** After so long, retries included, a publish rejects. */
  timeoutMs?: number;
};

/** A silent connection costs one of so many tries, not the whole time. */
const tries = 3;
/** What Pub/Sub's own settings retry: a message that arrives twice is an event that consumers have seen. */
const retryCodes = [1, 2, 4, 8, 10, 13, 14];

/**
 * Events on Pub/Sub. The client is loaded and opened at the first publish and serves all later ones. A publish that rejects
 * may have arrived all the same; the caller leaves the event to the sweep, which publishes it again.
 */
export function openPubSubEvents(options: PubSubEventsOptions): Events & { close(): Promise<void> } {
  const { project, topic } = options;
  const path = `projects/${project}/topics/${topic}`;
  const client = openOnce(() => openClient(options));

  return {
    async publish(event) {
      const message = toMessage(event, `//conea/${project}`);
      try {
        const { topic } = await client.get();
        await publishInOrder(topic, message);
      } catch (error) {
        throw toPublishError(error, path);
      }
    },
    async close() {
      await (await client.opened())?.pubsub.close();
    },
  };
}

async function openClient(options: PubSubEventsOptions): Promise<{ pubsub: PubSub; topic: Topic }> {
  const { PubSub, v1 } = await import("@google-cloud/pubsub");
  const { project, topic, endpoint, timeoutMs = 15_000 } = options;
  const played =
    endpoint === undefined ? {} : { ...(await toEndpointOptions(endpoint)), apiEndpoint: endpoint };
  const pubsub = new PubSub({ projectId: project, ...played });
  // A publisher that gets no token at its first call never gets one: it is made here, where a failure opens anew.
  const publisher = new v1.PublisherClient({ ...(await pubsub.getClientConfig()) });
  await publisher.initialize();
  Object.assign(pubsub.api, { PublisherClient: publisher });
  return { pubsub, topic: pubsub.topic(topic, toPublishOptions(timeoutMs)) };
}

function toPublishOptions(timeoutMs: number): PublishOptions {
  const rpcMs = Math.ceil(timeoutMs / tries);
  return {
    messageOrdering: true,
    // Sent at once: a function's response waits for it. What comes while a task's earlier event is on its way goes together.
    batching: { maxMessages: 1, maxMilliseconds: 0 },
    gaxOpts: {
      retry: {
        retryCodes,
        backoffSettings: {
          initialRetryDelayMillis: 100,
          retryDelayMultiplier: 2,
          maxRetryDelayMillis: 2_000,
          initialRpcTimeoutMillis: rpcMs,
          rpcTimeoutMultiplier: 1,
          maxRpcTimeoutMillis: rpcMs,
          totalTimeoutMillis: timeoutMs,
        },
      },
    },
  };
}

/** The client's contract: after a failure it takes no more of that task until it is told to go on. */
async function publishInOrder(topic: Topic, message: Message): Promise<void> {
  try {
    await topic.publishMessage(message);
  } catch (error) {
    topic.resumePublishing(message.orderingKey);
    throw error;
  }
}
