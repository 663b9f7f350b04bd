import type { protos } from "@google-cloud/tasks";
import type { Clock } from "../../../shared/core/clock.ts";
import { systemClock } from "../../../shared/platform/system-clock.ts";
import { createDice, type Dice } from "../../simulation/dice.ts";
import { loadService } from "../load-service.ts";
import { type CallFault, serveGrpc } from "../serve-grpc.ts";
import { createQueue } from "./queue.ts";
import { createQueueDirectory } from "./queue-directory.ts";
import { createSendTask } from "./send-task.ts";
import { toMethods } from "./to-methods.ts";
import { createTokenSigner, type TokenSigner } from "./token-signer.ts";
import { type Unkindness, unkind } from "./unkindness.ts";

export type CloudTasksOptions = Partial<Unkindness> & {
  clock?: Clock;
  /** Decides every throw of the dice. */
  seed?: number;
  /** 0 chooses a free one. */
  port?: number;
  /** Queues that are there from the start: by full name, or with limits as `CreateQueue` takes them. */
  queues?: (string | protos.google.cloud.tasks.v2.IQueue)[];
  /** Decides what goes wrong with a call, instead of the dice. */
  planFault?: (method: string) => CallFault | undefined;
};

export type CloudTasks = {
  /** `host:port`, for clients. */
  endpoint: string;
  /** Resolves once no attempt that has started is without its answer. */
  settled(): Promise<void>;
  /** What verifies the tokens. */
  keys: TokenSigner["keys"];
  close(): Promise<void>;
};

/** Plays Cloud Tasks on loopback: the interface the official client speaks, and deliveries over HTTP. */
export async function startCloudTasks(options: CloudTasksOptions = {}): Promise<CloudTasks> {
  const { clock = systemClock, seed = 1, port = 0 } = options;
  const unkindness: Unkindness = { ...unkind, ...options };
  const signer = createTokenSigner();
  const send = createSendTask({ clock, signer });
  const callDice = createDice(seed, "calls");
  const queues = createQueueDirectory((name, config) =>
    createQueue({ config, clock, dice: createDice(seed, name), unkindness, send }),
  );
  for (const queue of options.queues ?? [])
    typeof queue === "string" ? queues.create(queue, {}) : queues.create(queue.name ?? "", queue);
  const server = await serveGrpc({
    service: loadService("@google-cloud/tasks", "google.cloud.tasks.v2.CloudTasks"),
    methods: toMethods(queues, clock.now),
    port,
    planFault: options.planFault ?? (() => throwFault(callDice, unkindness)),
  });

  return {
    endpoint: `127.0.0.1:${server.port}`,
    settled: async () => void (await Promise.all(queues.all().map((queue) => queue.settled()))),
    keys: signer.keys,
    async close() {
      for (const queue of queues.all()) queue.pause();
      await server.close();
    },
  };
}

function throwFault(dice: Dice, { refusedCalls, lostAnswers }: Unkindness): CallFault | undefined {
  if (dice.chance(refusedCalls)) return "refused";
  return dice.chance(lostAnswers) ? "answer-lost" : undefined;
}
