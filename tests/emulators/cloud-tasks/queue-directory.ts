import type { protos } from "@google-cloud/tasks";
import { status } from "@grpc/grpc-js";
import { GrpcError } from "../grpc-error.ts";
import type { Queue } from "./queue.ts";
import { fromQueueConfig, type QueueConfig, toQueueConfig } from "./queue-config.ts";

type IQueue = protos.google.cloud.tasks.v2.IQueue;

export type QueueDirectory = {
  create(name: string, queue: IQueue): IQueue;
  find(name: string): Queue;
  /** Changes a queue and shows it. */
  change(name: string, make?: (queue: Queue) => void): IQueue;
  list(parent: string): IQueue[];
  all(): Queue[];
};

/** All queues by their full names. */
export function createQueueDirectory(open: (name: string, config: QueueConfig) => Queue): QueueDirectory {
  const queues = new Map<string, Queue>();

  function find(name: string): Queue {
    const queue = queues.get(name);
    if (!queue) throw new GrpcError(status.NOT_FOUND, "Queue does not exist.");
    return queue;
  }

  function show(name: string): IQueue {
    const queue = find(name);
    return { name, ...fromQueueConfig(queue.config), state: queue.isPaused() ? "PAUSED" : "RUNNING" };
  }

  return {
    find,
    create(name, queue) {
      if (queues.has(name)) throw new GrpcError(status.ALREADY_EXISTS, "Queue already exists");
      queues.set(name, open(name, toQueueConfig(queue)));
      return show(name);
    },
    change(name, make) {
      make?.(find(name));
      return show(name);
    },
    list: (parent) => [...queues.keys()].filter((name) => name.startsWith(`${parent}/queues/`)).map(show),
    all: () => [...queues.values()],
  };
}
